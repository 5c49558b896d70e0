import type { operations } from "@helpdesk/api";
import type { InboxSearch } from "./search.ts";

export type ListQuery = NonNullable<operations["tickets_list"]["parameters"]["query"]>;

/** Rows that a list begins with, and rows that are fetched at a time while it is scrolled. */
export const pageSize = 50;
export const nextPageSize = 100;

type BuiltIn = { title: string; query: ListQuery; topic: string };

/** "Open" is everything that is neither resolved nor closed. */
const open: ListQuery = { status_category: ["new", "open", "pending", "on_hold"] };

export const builtIn: Record<string, BuiltIn> = {
  mine: { title: "shell.nav.mine", query: { ...open, assignee: ["me"] }, topic: "view:mine" },
  unassigned: { title: "shell.nav.unassigned", query: { ...open, assignee: ["none"] }, topic: "view:unassigned" },
  mentions: { title: "shell.nav.mentions", query: { ...open, mentioned: "me" }, topic: "view:mentions" },
  all: { title: "shell.nav.all-open", query: open, topic: "view:all_open" },
  overdue: { title: "shell.nav.overdue", query: { ...open, is_overdue: true }, topic: "view:overdue" },
};

/** The filters that somebody can set, as the address names them. */
export const filterNames = ["status", "priority", "assignee", "team", "tag", "channel"] as const;
export type FilterName = (typeof filterNames)[number];

export const hasFilters = (search: InboxSearch) =>
  Boolean(search.find ?? search.watching) || filterNames.some((name) => search[name]?.length);

/** What the API is asked for, for what the address says. A list is read from its first row on by cursor. */
export function listParameters(search: InboxSearch): ListQuery {
  const { list = "mine", order = "due_at", find } = search;
  const query: ListQuery = { ...(builtIn[list]?.query ?? { ...open, team: [list] }) };
  // A status that was asked for may be one that the list leaves out.
  if (search.status?.length) delete query.status_category;
  for (const name of filterNames) if (search[name]?.length) query[name] = search[name] as never;
  if (find) query.search = find;
  if (search.watching) query.watching = search.watching;
  return { ...query, ordering: order };
}

/** What to subscribe to, to hear when the list may have changed. */
export function listTopic(search: InboxSearch): string {
  const { list = "mine" } = search;
  if (hasFilters(search)) return "view:all";
  return builtIn[list]?.topic ?? `view:${list}`;
}
