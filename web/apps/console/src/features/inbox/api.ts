import { answer } from "@helpdesk/api";
import { type InfiniteData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, queries, session } from "../../app.ts";
import { saved } from "../../shell/saved.ts";
import { listParameters, nextPageSize, pageSize } from "./lists.ts";
import { compare, insertRows, patchRows, type Row } from "./model.ts";
import type { InboxSearch } from "./search.ts";

type Page = { results: Row[]; next?: string | null };
type Pages = InfiniteData<Page, string>;

/** As many ids as one call takes. */
const mostIds = 100;

/**
 * The rows of a list, page after page. Nothing is fetched again because it is old: hints say which rows to ask for, and
 * asking for all pages anew would cost as many calls as somebody has scrolled.
 */
export function listQuery(search: InboxSearch) {
  const query = listParameters(search);
  return infiniteQueryOptions({
    queryKey: ["tickets", "list", query],
    queryFn: async ({ signal, pageParam }): Promise<Page> => {
      const page = { cursor: pageParam, page_size: pageParam === "" ? pageSize : nextPageSize };
      return answer(api.GET("/api/v1/tickets/", { signal, params: { query: { ...query, ...page } } }));
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => (next ? new URL(next, location.origin).searchParams.get("cursor") : undefined),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const savedName = (search: InboxSearch) => `list ${JSON.stringify(listParameters(search))}`;

/** Begins to fetch a list, and meanwhile shows what it was when it was last seen. */
export async function prepareList(search: InboxSearch): Promise<void> {
  const query = listQuery(search);
  const person = session.person?.id;
  if (!person || queries.getQueryData(query.queryKey)) return;
  void queries.prefetchInfiniteQuery(query);
  const results = await saved.read<Row[]>(savedName(search), person);
  if (!results || queries.getQueryData(query.queryKey)) return;
  queries.setQueryData<Pages>(query.queryKey, { pages: [{ results }], pageParams: [""] });
}

/** Keeps the beginning of a list for the next start. */
export function keepList(search: InboxSearch, rows: Row[]): void {
  if (session.person) void saved.write(savedName(search), session.person.id, rows.slice(0, pageSize));
}

/** How many a list has in all; exact to 1 000. */
export function countQuery(search: InboxSearch) {
  const query = listParameters(search);
  return queryOptions({
    queryKey: ["tickets", "count", query],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/tickets/", { signal, params: { query: { ...query, page_size: 1 } } })),
    select: ({ count, count_capped }) => ({ count: count ?? 0, isCapped: count_capped === true }),
  });
}

/** Those of the ids that stand in the list now, as they are now. */
export async function fetchRows(search: InboxSearch | undefined, ids: string[]): Promise<Row[]> {
  const query = search ? listParameters(search) : {};
  const parts = Array.from({ length: Math.ceil(ids.length / mostIds) }, (_, place) =>
    ids.slice(place * mostIds, (place + 1) * mostIds),
  );
  const pages = await Promise.all(
    parts.map((part) =>
      answer(api.GET("/api/v1/tickets/", { params: { query: { ...query, ids: part, page_size: mostIds } } })),
    ),
  );
  return pages.flatMap((page) => page.results);
}

/** The rows that a list begins with now. */
export function firstPage(search: InboxSearch): Promise<Page> {
  const query = { ...listParameters(search), cursor: "", page_size: pageSize };
  return answer(api.GET("/api/v1/tickets/", { params: { query } }));
}

/** Fetches the beginning of a list again and forgets the rest, which follows while scrolling. */
export async function reloadList(search: InboxSearch): Promise<void> {
  const first = await firstPage(search);
  queries.setQueryData<Pages>(listQuery(search).queryKey, { pages: [first], pageParams: [""] });
}

/** Puts newer rows into every list that has them. */
export function patchLists(rows: Row[]): void {
  queries.setQueriesData<Pages>({ queryKey: ["tickets", "list"] }, (old) => {
    return old && { ...old, pages: old.pages.map((page) => ({ ...page, results: patchRows(page.results, rows) })) };
  });
}

/** Puts rows that are new to a list where they belong, as far as it was read. */
export function insertIntoList(search: InboxSearch, rows: Row[]): void {
  const order = search.order ?? "due_at";
  const before = compare(order);
  queries.setQueryData<Pages>(listQuery(search).queryKey, (old) => {
    const last = old?.pages.at(-1);
    if (!old || !last) return old;
    const known = old.pages.flatMap((page) => page.results);
    const end = last.next ? known.at(-1) : undefined;
    const inside = rows.filter((row) => !end || before(row, end) < 0);
    // Where pages end matters to nobody but their number: all rows go into the last one, which knows what comes next.
    const pages = old.pages.map((page) => ({
      ...page,
      results: page === last ? insertRows(known, inside, order) : [],
    }));
    return { ...old, pages };
  });
}

/** Takes rows out of a list. */
export function removeFromList(search: InboxSearch, ids: Set<string>): void {
  queries.setQueryData<Pages>(listQuery(search).queryKey, (old) => {
    const kept = (page: Page) => ({ ...page, results: page.results.filter((row) => !ids.has(row.id)) });
    return old && { ...old, pages: old.pages.map(kept) };
  });
}
