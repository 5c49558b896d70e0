import { answer, ifMatch, type Schema } from "@helpdesk/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";

export type Policy = Schema<"SlaPolicyOut">;
export type Status = Schema<"StatusOut">;

const at = (id: string) => ({ params: { path: { id } } });

export const policiesQuery = queryOptions({
  queryKey: ["sla-policies"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/sla-policies/", { signal, params: { query: { page_size: 100 } } })),
});
export const createPolicy = (body: Schema<"WritePolicy">) => answer(api.POST("/api/v1/sla-policies/", { body }));
export const changePolicy = ({ id, version }: Pick<Policy, "id" | "version">, body: Schema<"PatchPolicy">) =>
  answer(api.PATCH("/api/v1/sla-policies/{id}/", { ...at(id), headers: ifMatch(version), body }));
export const deletePolicy = (id: string) => answer(api.DELETE("/api/v1/sla-policies/{id}/", at(id)));
export const restorePolicy = (id: string) => answer(api.POST("/api/v1/sla-policies/{id}/restore/", at(id)));

const named = (key: string) => ({ params: { path: { key } } });

export const createStatus = (body: Schema<"CreateStatus">) => answer(api.POST("/api/v1/statuses/", { body }));
export const changeStatus = ({ key, version }: Status, body: Schema<"PatchStatus">) =>
  answer(api.PATCH("/api/v1/statuses/{key}/", { ...named(key), headers: ifMatch(version), body }));
export const retireStatus = (key: string) => answer(api.DELETE("/api/v1/statuses/{key}/", named(key)));
export const restoreStatus = (key: string) => answer(api.POST("/api/v1/statuses/{key}/restore/", named(key)));
export const reorderStatuses = (keys: string[]) => answer(api.POST("/api/v1/statuses/reorder/", { body: { keys } }));
