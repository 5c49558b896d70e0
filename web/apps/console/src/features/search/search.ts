import * as v from "valibot";

/** What is not understood counts as not said. */
const maybe = <const Schema extends v.GenericSchema>(schema: Schema) =>
  v.fallback(v.optional(schema), undefined as never);
const some = maybe(v.array(v.string()));
const when = maybe(v.pipe(v.string(), v.isoTimestamp()));

/** Words, and filters over all tickets, open or not. */
export const searchSearch = v.object({
  find: maybe(v.string()),
  /** Which results. */
  in: maybe(v.picklist(["tickets", "customers"])),
  order: maybe(v.picklist(["-created_at", "created_at", "-updated_at", "due_at", "-priority"])),
  status_category: some,
  priority: some,
  channel: some,
  created_after: when,
  created_before: when,
  resolved_after: when,
  resolved_before: when,
  page: maybe(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

export type SearchSearch = v.InferOutput<typeof searchSearch>;

const filters = [
  "status_category",
  "priority",
  "channel",
  "created_after",
  "created_before",
  "resolved_after",
  "resolved_before",
] as const;

/** What the API is asked for. */
export function ticketParameters(search: SearchSearch) {
  const { find, order = "-created_at", page = 1 } = search;
  const given = Object.fromEntries(filters.flatMap((name) => (search[name]?.length ? [[name, search[name]]] : [])));
  return { ...given, search: find || undefined, ordering: order, page, page_size: 30 };
}

/** Whether anything was asked for at all. */
export const isAsked = (search: SearchSearch) => Boolean(search.find) || hasFilters(search);
export const hasFilters = (search: SearchSearch) => filters.some((name) => search[name]?.length);

/** The search without any filter. */
export const withoutFilters = ({ find, in: kind }: SearchSearch): SearchSearch => ({ find, in: kind }) as SearchSearch;
