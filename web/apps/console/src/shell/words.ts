import { t } from "@helpdesk/i18n";

/** How a ticket came: its pages load the catalog `words`. */
export const channelName = (channel: string): string => t(`words.channel.${channel}`);

/** A role as people call it: those that the product ships are said in the language in use. */
export const roleName = ({ key, name, is_shipped }: { key: string; name: string; is_shipped: boolean }): string =>
  is_shipped ? t(`words.role.${key}`) : name;
