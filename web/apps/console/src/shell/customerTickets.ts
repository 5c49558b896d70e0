import { answer } from "@helpdesk/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "../app.ts";

/** Neither resolved nor closed. */
export const openCategories = ["new", "open", "pending", "on_hold"];
export const customerTicketsPageSize = 20;

/** The tickets of a customer, the youngest first. */
export function customerTicketsQuery(customer: string, show: "open" | "all", page = 1) {
  const query = {
    customer: [customer],
    status_category: show === "open" ? openCategories : undefined,
    ordering: "-created_at",
    page,
    page_size: customerTicketsPageSize,
  };
  return queryOptions({
    queryKey: ["tickets", "of-customer", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/tickets/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
}
