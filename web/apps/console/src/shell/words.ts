import { i18n, t } from "@helpdesk/i18n";

/** A word that the product ships, or what the organization called its own: "in_progress" becomes "In progress". */
function word(kind: string, key: string): string {
  const id = `words.${kind}.${key}`;
  if (i18n.messages[id]) return t(id);
  const text = key.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const statusName = (key: string) => word("status", key);
export const priorityName = (key: string) => word("priority", key);
export const channelName = (key: string) => word("channel", key);

/** The categories of the statuses that the product ships, in the order of the work. */
export const statusCategories: Record<string, string> = {
  new: "new",
  open: "open",
  in_progress: "open",
  reopened: "open",
  pending: "pending",
  on_hold: "on_hold",
  resolved: "resolved",
  closed: "closed",
  cancelled: "closed",
};
