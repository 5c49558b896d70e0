import { t } from "@helpdesk/i18n";

export type StatusChoice = { key: string; name: string; category: string };

const shipped: [key: string, category: string][] = [
  ["new", "new"],
  ["open", "open"],
  ["in_progress", "open"],
  ["reopened", "open"],
  ["pending", "pending"],
  ["on_hold", "on_hold"],
  ["resolved", "resolved"],
  ["closed", "closed"],
  ["cancelled", "closed"],
];

/** The statuses that a ticket can be given. */
export const useStatuses = (): StatusChoice[] =>
  shipped.map(([key, category]) => ({ key, category, name: t(`triage.status.${key}`) }));

/** Gives the name of a status by its key. */
export function useStatusName(): (key: string) => string {
  const statuses = useStatuses();
  return (key) => statuses.find((status) => status.key === key)?.name ?? key;
}

export const priorities = ["urgent", "high", "medium", "low"] as const;
export const priorityName = (priority: string) => t(`triage.priority.${priority}`);
