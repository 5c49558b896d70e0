import { answer, type Schema } from "@helpdesk/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";
import { type ListSearch, pageSize } from "../settings/index.ts";

export type Key = Schema<"ApiKeyOut">;
export type AuditEntry = Schema<"AuditEntry">;
export type Job = Schema<"JobOut">;

const at = (id: string) => ({ params: { path: { id } } });

export const keysQuery = ({ find, page, order, active }: ListSearch & { active?: string }) => {
  const query = {
    search: find,
    page,
    page_size: pageSize,
    ordering: order ?? "-created_at",
    is_active: active === undefined ? undefined : active === "true",
  };
  return queryOptions({
    queryKey: ["api-keys", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/api-keys/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
};
export const createKey = (body: Schema<"CreateApiKey">) => answer(api.POST("/api/v1/api-keys/", { body }));
export const renameKey = (id: string, name: string) =>
  answer(api.PATCH("/api/v1/api-keys/{id}/", { ...at(id), body: { name } }));
export const revokeKey = (id: string) => answer(api.DELETE("/api/v1/api-keys/{id}/", at(id)));

export type AuditSearch = ListSearch & {
  kind?: string;
  action?: string;
  about?: string;
  entity?: string;
  from?: string;
  to?: string;
  ip?: string;
};

/** Days of the address are whole days of the person's own calendar; the last one is included. */
const startOf = (day: string | undefined, later = 0) => {
  if (!day) return undefined;
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + later);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};
const one = (value: string | undefined) => (value ? [value] : undefined);

const auditFilters = ({ kind, action, about, entity, from, to, ip }: AuditSearch) => ({
  actor_kind: one(kind),
  action: one(action),
  entity_kind: one(about),
  entity: one(entity),
  created_after: startOf(from),
  created_before: startOf(to, 1),
  ip,
});

export const auditQuery = (search: AuditSearch) => {
  const query = {
    ...auditFilters(search),
    page: search.page,
    page_size: pageSize,
    ordering: search.order ?? "-created_at",
  };
  return queryOptions({
    queryKey: ["audit-log", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/audit-log/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
};

/** Every line that the filters leave, as CSV. */
export const auditExport = (search: AuditSearch): Promise<Blob> =>
  answer<unknown>(
    api.GET("/api/v1/audit-log/export/", { params: { query: auditFilters(search) }, parseAs: "blob" }),
  ) as Promise<Blob>;

export const jobsQuery = ({ page }: ListSearch) => {
  const query = { page, page_size: pageSize };
  return queryOptions({
    queryKey: ["jobs", "dead", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/jobs/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
};
export const schedulesQuery = queryOptions({
  queryKey: ["jobs", "schedules"],
  queryFn: ({ signal }) =>
    answer(api.GET("/api/v1/jobs/schedules/", { signal, params: { query: { page_size: 100 } } })),
});
export const failedMailsQuery = (page: number) => {
  const query = { page, page_size: pageSize };
  return queryOptions({
    queryKey: ["jobs", "mails", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/jobs/mails/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
};
export const retryMail = (id: string) => answer(api.POST("/api/v1/jobs/mails/{id}/retry/", at(id)));
export const retryJob = (id: string) => answer(api.POST("/api/v1/jobs/{id}/retry/", at(id)));
