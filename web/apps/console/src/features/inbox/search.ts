import * as v from "valibot";

/** What is not understood counts as not said. */
const maybe = <const Schema extends v.GenericSchema>(schema: Schema) =>
  v.fallback(v.optional(schema), undefined as never);
const some = maybe(v.array(v.string()));

/** Everything about the inbox that its address says, so that a link shows the same to everybody who may see it. */
export const inboxSearch = v.object({
  /** A built-in list, or the id of a team. */
  list: maybe(v.string()),
  /** The open ticket, by number. */
  ticket: maybe(v.pipe(v.number(), v.integer(), v.minValue(1))),
  order: maybe(v.picklist(["due_at", "-created_at", "created_at", "-updated_at", "-priority"])),
  /** Headings between rows, by what they are ordered by. */
  group: maybe(v.picklist(["on", "off"])),
  mode: maybe(v.picklist(["split", "table"])),
  status: some,
  priority: some,
  assignee: some,
  team: some,
  tag: some,
  channel: some,
  watching: maybe(v.picklist(["me"])),
  find: maybe(v.string()),
});

export type InboxSearch = v.InferOutput<typeof inboxSearch>;
