import { answer, type Schema } from "@helpdesk/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../app.ts";

/** How many stand in each built-in list; hints over the socket say when to ask again. */
export const countsQuery = queryOptions({
  queryKey: ["counts"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/tickets/counts/", { signal })),
});

/** What everybody may know of the organization of this host; null on a host that is no organization's. */
export const brandingQuery = queryOptions({
  queryKey: ["branding"],
  queryFn: async ({ signal }) => {
    const { data, response } = await api.GET("/api/v1/branding/", { signal });
    if (response.ok && data) return data;
    if (response.status === 404) return null;
    throw new Error("branding");
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const teamsQuery = queryOptions({
  queryKey: ["teams"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/teams/", { signal, params: { query: { page_size: 100 } } })),
  select: (page) => page.results,
  staleTime: 5 * 60_000,
});

export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/users/", { signal, params: { query: { page_size: 100 } } })),
  select: (page) => page.results,
  staleTime: 5 * 60_000,
});

export type Me = Schema<"MeOut">;

/** Oneself, with what one has set. */
export const meQuery = queryOptions({
  queryKey: ["users", "me"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/users/me/", { signal })),
  staleTime: 5 * 60_000,
});

export const organizationQuery = queryOptions({
  queryKey: ["organization"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/organization/", { signal })),
  staleTime: 5 * 60_000,
});

/** The staff, for names, pictures and choices. */

/** Whether this is a demo, in which mails are caught instead of sent; only administrators are told. */
export const demoQuery = queryOptions({
  queryKey: ["demo"],
  queryFn: async ({ signal }) => {
    const { response } = await api.GET("/api/v1/mail-catcher/", { signal, params: { query: { page_size: 1 } } });
    return response.ok;
  },
  staleTime: Number.POSITIVE_INFINITY,
});
