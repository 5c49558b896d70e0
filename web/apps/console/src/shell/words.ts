import { t } from "@helpdesk/i18n";

/** How a ticket came: its pages load the catalog `words`. */
export const channelName = (channel: string): string => t(`words.channel.${channel}`);
