import { answer } from "@helpdesk/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";
import { customersQuery } from "../customers/index.ts";
import { isAsked, type SearchSearch, ticketParameters } from "./search.ts";

export const ticketsFoundQuery = (search: SearchSearch) => {
  const query = ticketParameters(search);
  return queryOptions({
    queryKey: ["tickets", "search", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/tickets/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
    enabled: isAsked(search),
  });
};

/** Customers by the same words; a page of them where they are looked at, a few beside tickets. */
export const customersFoundQuery = ({ find, page = 1, in: kind }: SearchSearch) => ({
  ...customersQuery({ find, page: kind === "customers" ? page : 1 }, 20),
  enabled: Boolean(find),
});
