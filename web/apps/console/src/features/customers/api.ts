import { answer, ifMatch, type Schema } from "@helpdesk/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, queries } from "../../app.ts";
import type { CustomersSearch } from "./search.ts";

export type Customer = Schema<"CustomerOut">;
export type CustomerFields = { name: string; email: string; company: string; phone: string };

export const pageSize = 50;

export function customersQuery({ find, company, order = "name", page = 1 }: Partial<CustomersSearch>, size = pageSize) {
  const query = { search: find, company, ordering: order, page, page_size: size };
  return queryOptions({
    queryKey: ["customers", "list", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/customers/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
}

export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ["customers", "one", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/customers/{id}/", { signal, params: { path: { id } } })),
  });

const optional = (text: string) => text.trim() || null;

export async function createCustomer({ name, email, company, phone }: CustomerFields): Promise<Customer> {
  const body = { name: name.trim(), email: email.trim(), company: optional(company), phone: optional(phone) };
  const customer = await answer(api.POST("/api/v1/customers/", { body }));
  await noticed(customer);
  return customer;
}

/** Writes over exactly the version that was shown. */
export async function changeCustomer(
  { id, version }: Pick<Customer, "id" | "version">,
  body: Schema<"PatchCustomer">,
): Promise<Customer> {
  const params = { path: { id } };
  const customer = await answer(api.PATCH("/api/v1/customers/{id}/", { params, headers: ifMatch(version), body }));
  await noticed(customer);
  return customer;
}

export const fieldsToPatch = ({ name, email, company, phone }: CustomerFields): Schema<"PatchCustomer"> => ({
  name: name.trim(),
  email: email.trim(),
  company: optional(company),
  phone: optional(phone),
});

/** Takes a customer away; `restoreCustomer` brings them back for thirty days. */
export async function deleteCustomer({ id, version }: Pick<Customer, "id" | "version">): Promise<void> {
  await answer(api.DELETE("/api/v1/customers/{id}/", { params: { path: { id } }, headers: ifMatch(version) }));
  await queries.invalidateQueries({ queryKey: ["customers"] });
}

export async function restoreCustomer(id: string): Promise<void> {
  await noticed(await answer(api.POST("/api/v1/customers/{id}/restore/", { params: { path: { id } } })));
}

/** Mails a link with which the customer chooses a password. */
export const inviteCustomer = (id: string) =>
  answer(api.POST("/api/v1/customers/{id}/invite/", { params: { path: { id } } }));

async function noticed(customer: Customer) {
  queries.setQueryData(customerQuery(customer.id).queryKey, customer);
  await queries.invalidateQueries({ queryKey: ["customers", "list"] });
}
