import { answer, ifMatch, type Schema } from "@helpdesk/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";

export type Policy = Schema<"SlaPolicyOut">;

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
