import * as v from "valibot";

/** What is not understood counts as not said. */
const maybe = <const Schema extends v.GenericSchema>(schema: Schema) =>
  v.fallback(v.optional(schema), undefined as never);

export const customersSearch = v.object({
  find: maybe(v.string()),
  /** The whole name of a company. */
  company: maybe(v.string()),
  order: maybe(v.picklist(["name", "-name", "email", "-email", "created_at", "-created_at"])),
  page: maybe(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

export const customerSearch = v.object({
  /** Which of the customer's tickets. */
  show: maybe(v.picklist(["open", "all"])),
  page: maybe(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

export type CustomersSearch = v.InferOutput<typeof customersSearch>;
