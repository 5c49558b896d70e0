import { answer, type operations, type Schema } from "@helpdesk/api";
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";
import type { InboxSearch } from "./search.ts";

export type Row = Schema<"TicketOut">;
type ListQuery = NonNullable<operations["tickets_list"]["parameters"]["query"]>;

/** Rows that are fetched at a time. */
const pageSize = 50;

/** The built-in lists. "Open" is everything that is neither resolved nor closed. */
const open: ListQuery = { status_category: ["new", "open", "pending", "on_hold"] };
const lists: Record<string, ListQuery> = {
  mine: { ...open, assignee: ["me"] },
  unassigned: { ...open, assignee: ["none"] },
  all: open,
  overdue: { ...open, is_overdue: true },
};

/** What the API is asked for, for what the address says. */
export function listParameters(search: InboxSearch): ListQuery {
  const { list = "mine", order = "due_at", status, priority, assignee, team, tag, channel, find } = search;
  const base = lists[list] ?? { ...open, team: [list] };
  return {
    ...base,
    ...(status?.length ? { status, status_category: undefined } : {}),
    ...(priority?.length ? { priority } : {}),
    ...(assignee?.length ? { assignee } : {}),
    ...(team?.length ? { team } : {}),
    ...(tag?.length ? { tag } : {}),
    ...(channel?.length ? { channel } : {}),
    ...(find ? { search: find } : {}),
    ordering: order,
    page_size: pageSize,
  };
}

/** The rows of a list, page after page. */
export function listQuery(search: InboxSearch) {
  const query = listParameters(search);
  return infiniteQueryOptions({
    queryKey: ["tickets", "list", query],
    queryFn: ({ signal, pageParam }) =>
      answer(api.GET("/api/v1/tickets/", { signal, params: { query: { ...query, ...pageParam } } })),
    initialPageParam: {} as { page?: number; cursor?: string },
    getNextPageParam: ({ next }) => {
      if (!next) return undefined;
      const params = new URL(next, location.origin).searchParams;
      const cursor = params.get("cursor");
      return cursor ? { cursor } : { page: Number(params.get("page")) };
    },
  });
}
