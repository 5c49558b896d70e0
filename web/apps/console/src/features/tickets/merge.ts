import type { Patch, Ticket } from "./api.ts";

/** What can be edited in place. */
export type Field = "subject" | "status" | "priority" | "type" | "assignee" | "team" | "tags" | "category";

const editable: Field[] = ["subject", "status", "priority", "type", "assignee", "team", "tags", "category"];

const identity = (value: unknown): unknown => {
  if (Array.isArray(value)) return [...value].sort().join("\n");
  if (value && typeof value === "object" && "id" in value) return value.id;
  return value ?? null;
};
const isSame = (one: unknown, other: unknown) => identity(one) === identity(other);

/** The fields of an edit that somebody else set to something else since it was begun. */
export function clashes(before: Ticket, now: Ticket, shown: Partial<Ticket>): Field[] {
  return editable.filter(
    (field) => field in shown && !isSame(before[field], now[field]) && !isSame(now[field], shown[field]),
  );
}

/** What takes an edit back. */
export function inverse(before: Ticket, shown: Partial<Ticket>, reason: string): Patch {
  const patch: Patch = {};
  for (const field of editable) {
    if (!(field in shown)) continue;
    if (field === "assignee") patch.assignee = before.assignee?.id ?? null;
    else if (field === "team") patch.team = before.team?.id ?? null;
    else if (field === "tags") patch.tags = before.tags ?? [];
    else if (field === "category") patch.category = before.category;
    else patch[field] = before[field];
    if (field === "status") patch.reason = reason;
  }
  return patch;
}

/** The values that an edit of these fields replaces. */
export const shownOf = (before: Ticket, shown: Partial<Ticket>): Partial<Ticket> =>
  Object.fromEntries(Object.keys(shown).map((field) => [field, before[field as keyof Ticket]]));
