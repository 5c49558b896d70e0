import { answer, type Schema } from "@helpdesk/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";
import { type ListSearch, pageSize } from "../settings/index.ts";

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

export type Template = Schema<"TemplateOut">;
export type Caught = Schema<"CaughtMail">;
export type Written = Schema<"WrittenMail">;
export type Quarantined = Schema<"QuarantinedMail">;

const named = (key: string) => ({ params: { path: { key } } });

export const templatesQuery = queryOptions({
  queryKey: ["mail-templates"],
  queryFn: ({ signal }) =>
    answer(api.GET("/api/v1/mail-templates/", { signal, params: { query: { page_size: 100 } } })),
});
export const changeTemplate = (key: string, body: Schema<"PatchTemplate">) =>
  answer(api.PATCH("/api/v1/mail-templates/{key}/", { ...named(key), body }));
export const resetTemplate = (key: string) => answer(api.POST("/api/v1/mail-templates/{key}/reset/", named(key)));
/** What the mail would look like with these texts; nothing is written. */
export const previewQuery = (key: string, body: Schema<"PatchTemplate">) =>
  queryOptions({
    queryKey: ["mail-template-preview", key, body],
    queryFn: ({ signal }) => answer(api.POST("/api/v1/mail-templates/{key}/preview/", { signal, ...named(key), body })),
    placeholderData: keepPreviousData,
    retry: false,
  });

export const quarantineQuery = ({ page }: ListSearch) => {
  const query = { page, page_size: pageSize };
  return queryOptions({
    queryKey: ["mail-quarantine", "list", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/mail-quarantine/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
};
export const quarantinedQuery = (id: string) =>
  queryOptions({
    queryKey: ["mail-quarantine", "one", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/mail-quarantine/{id}/", { signal, ...at(id) })),
    staleTime: Number.POSITIVE_INFINITY,
  });
export const releaseMail = (id: string) => answer(api.POST("/api/v1/mail-quarantine/{id}/release/", at(id)));
export const discardMail = (id: string) => answer(api.DELETE("/api/v1/mail-quarantine/{id}/", at(id)));

/** Caught mails come by themselves, so the list asks again now and then while it is shown. */
export const caughtQuery = ({ page, to }: ListSearch & { to?: string }) => {
  const query = { page, page_size: pageSize, to };
  return queryOptions({
    queryKey: ["mail-catcher", "list", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/mail-catcher/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: 4_000,
  });
};
export const caughtMailQuery = (id: string) =>
  queryOptions({
    queryKey: ["mail-catcher", "one", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/mail-catcher/{id}/", { signal, ...at(id) })),
    staleTime: Number.POSITIVE_INFINITY,
  });
export const writeAsCustomer = (body: Schema<"WriteMail">) => answer(api.POST("/api/v1/mail-catcher/write/", { body }));
export const answerMail = (id: string, body: Schema<"AnswerMail">) =>
  answer(api.POST("/api/v1/mail-catcher/{id}/answer/", { ...at(id), body }));
