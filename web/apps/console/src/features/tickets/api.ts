import { answer, fileLink, ifMatch, type Schema } from "@helpdesk/api";
import { queryOptions } from "@tanstack/react-query";
import { api, queries, session } from "../../app.ts";
import { showTickets } from "../triage/index.ts";

export type Ticket = Schema<"TicketOut">;
export type Message = Schema<"MessageOut">;
export type Change = Schema<"HistoryOut">;
export type FileOut = Schema<"FileOut">;
export type Patch = Schema<"PatchTicket">;
export type Customer = Schema<"CustomerOut">;

/** Messages that are fetched at once when a ticket is opened, and at a time further up. */
export const tailSize = 30;
export const pageSize = 50;

const path = (number: number) => ({ id: String(number) });

export const ticketQuery = (number: number) =>
  queryOptions({
    queryKey: ["ticket", number],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/tickets/{id}/", { signal, params: { path: path(number) } })),
  });

/** The newest messages, oldest first. What was fetched before and still joins on is kept. */
export const tailQuery = (number: number) =>
  queryOptions({
    queryKey: ["ticket", number, "tail"],
    queryFn: async ({ signal }): Promise<Message[]> => {
      const query = { ordering: "-seq", page_size: tailSize };
      const call = api.GET("/api/v1/tickets/{id}/messages/", { signal, params: { path: path(number), query } });
      const newest = (await answer(call)).results.reverse();
      const first = newest[0]?.seq ?? 0;
      const known = queries.getQueryData<Message[]>(["ticket", number, "tail"]) ?? [];
      const joins = (known.at(-1)?.seq ?? 0) >= first - 1;
      return joins ? [...known.filter((message) => message.seq < first), ...newest] : newest;
    },
  });

/** A page of older messages, counted from the beginning: what stands on it never changes its place. */
export const messagesQuery = (number: number, page: number) =>
  queryOptions({
    queryKey: ["ticket", number, "messages", page],
    queryFn: async ({ signal }) => {
      const query = { page, page_size: pageSize };
      const call = api.GET("/api/v1/tickets/{id}/messages/", { signal, params: { path: path(number), query } });
      return (await answer(call)).results;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Pages of history that are read; a ticket with more changes shows its first thousand. */
const mostPages = 10;

export const historyQuery = (number: number) =>
  queryOptions({
    queryKey: ["ticket", number, "history"],
    queryFn: async ({ signal }): Promise<Change[]> => {
      const read = (page: number) => {
        const query = { page, page_size: 100 };
        return answer(api.GET("/api/v1/tickets/{id}/history/", { signal, params: { path: path(number), query } }));
      };
      const first = await read(1);
      const pages = Math.min(mostPages, Math.ceil((first.count ?? 0) / 100));
      const rest = await Promise.all(Array.from({ length: Math.max(0, pages - 1) }, (_, place) => read(place + 2)));
      return [first, ...rest].flatMap((page) => page.results);
    },
  });

export const watchersQuery = (number: number) =>
  queryOptions({
    queryKey: ["ticket", number, "watchers"],
    queryFn: async ({ signal }) => {
      const params = { path: path(number), query: { page_size: 100 } };
      return (await answer(api.GET("/api/v1/tickets/{id}/watchers/", { signal, params }))).results;
    },
  });

export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ["customers", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/customers/{id}/", { signal, params: { path: { id } } })),
  });

/** The newest tickets of a customer. */
export const ticketsOfQuery = (customer: string) =>
  queryOptions({
    queryKey: ["tickets", "of", customer],
    queryFn: ({ signal }) => {
      const query = { customer: [customer], ordering: "-created_at", page_size: 6 };
      return answer(api.GET("/api/v1/tickets/", { signal, params: { query } }));
    },
  });

/** Where a file can be seen without a token; the address is good for five minutes. */
export const fileLinkQuery = (id: string) =>
  queryOptions({
    queryKey: ["file", id, "link"],
    queryFn: () => fileLink(session, id),
    staleTime: 4 * 60_000,
    gcTime: 4 * 60_000,
  });

/** Fetches what opening the ticket will show, for the rows beside the one that is open. */
export function prefetchTicket(number: number): void {
  void queries.prefetchQuery(ticketQuery(number));
  void queries.prefetchQuery(tailQuery(number));
}

/** Puts a ticket as it is now wherever it is shown. */
export function putTicket(ticket: Ticket): void {
  queries.setQueryData(ticketQuery(ticket.number).queryKey, ticket);
  showTickets([ticket]);
}

export const patchTicket = (ticket: Ticket, patch: Patch): Promise<Ticket> =>
  answer(
    api.PATCH("/api/v1/tickets/{id}/", {
      params: { path: { id: ticket.id }, header: ifMatch(ticket.version) },
      body: patch,
    }),
  );

export async function markRead(ticket: Ticket, seq: number): Promise<void> {
  await answer(api.POST("/api/v1/tickets/{id}/read/", { params: { path: { id: ticket.id } }, body: { seq } }));
  putTicket({ ...ticket, unread: false });
}

export async function setWatching(ticket: Ticket, user: string, on: boolean): Promise<void> {
  const { id } = ticket;
  if (on) {
    await answer(api.POST("/api/v1/tickets/{id}/watchers/", { params: { path: { id } }, body: { user_id: user } }));
  } else {
    await answer(api.DELETE("/api/v1/tickets/{id}/watchers/{user}/", { params: { path: { id, user } } }));
  }
  await queries.invalidateQueries({ queryKey: watchersQuery(ticket.number).queryKey });
}

export async function retryMessage(ticket: Ticket, message: string): Promise<void> {
  await answer(api.POST("/api/v1/messages/{id}/retry/", { params: { path: { id: message } } }));
  await queries.invalidateQueries({ queryKey: tailQuery(ticket.number).queryKey });
  await queries.invalidateQueries({ queryKey: ["ticket", ticket.number, "messages"] });
}

/** Asks again for everything of the ticket that is shown. */
export const refreshTicket = (number: number) => queries.invalidateQueries({ queryKey: ["ticket", number] });

export type NewMessage = Schema<"CreateMessage">;

/** Adds a reply or a note, or has it wait for `hold_seconds`. */
export async function sendMessage(ticket: Ticket, message: NewMessage): Promise<Message> {
  const params = { path: { id: ticket.id } };
  const sent = await answer(api.POST("/api/v1/tickets/{id}/messages/", { params, body: message }));
  afterMessage(ticket.number);
  return sent;
}

/** Asks again for what a message changes. */
export function afterMessage(number: number): void {
  void refreshTicket(number);
  void queries.invalidateQueries({ queryKey: ["tickets"], refetchType: "active" });
  void queries.invalidateQueries({ queryKey: ["counts"] });
}

/** One's own messages that wait to be sent. */
export const heldQuery = (number: number) =>
  queryOptions({
    queryKey: ["ticket", number, "held"],
    queryFn: async ({ signal }) => {
      const query = { held: true, page_size: 20 };
      const call = api.GET("/api/v1/tickets/{id}/messages/", { signal, params: { path: path(number), query } });
      return (await answer(call)).results;
    },
  });

/** Takes back a message that waits; it is the author's draft again. */
export async function takeBack(number: number, message: string): Promise<Schema<"DraftOut">> {
  const draft = await answer(api.DELETE("/api/v1/messages/{id}/", { params: { path: { id: message } } }));
  const { queryKey } = heldQuery(number);
  queries.setQueryData(queryKey, (held) => held?.filter(({ id }) => id !== message));
  void queries.invalidateQueries({ queryKey });
  return draft;
}
