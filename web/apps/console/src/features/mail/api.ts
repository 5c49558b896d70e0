import { answer, type Schema } from "@helpdesk/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";

export type Mailbox = Schema<"MailboxOut">;

const at = (id: string) => ({ params: { path: { id } } });

export const mailboxesQuery = queryOptions({
  queryKey: ["mailboxes"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/mailboxes/", { signal, params: { query: { page_size: 100 } } })),
});
export const createMailbox = (body: Schema<"CreateMailbox">) => answer(api.POST("/api/v1/mailboxes/", { body }));
export const changeMailbox = (id: string, body: Schema<"PatchMailbox">) =>
  answer(api.PATCH("/api/v1/mailboxes/{id}/", { ...at(id), body }));
export const deleteMailbox = (id: string) => answer(api.DELETE("/api/v1/mailboxes/{id}/", at(id)));
