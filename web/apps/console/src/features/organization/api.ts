import { answer, ifMatch, type Schema } from "@helpdesk/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";

export type Organization = Schema<"OrganizationSettings">;
export type Domain = Schema<"DomainOut">;
export type Provider = Schema<"IdentityProviderOut">;
export type Export = Schema<"ExportOut">;

/** An organization has at most some dozens of these: one page has them all. */
const all = { params: { query: { page_size: 100 } } };
const at = (id: string) => ({ params: { path: { id } } });

export const changeOrganization = ({ version }: Organization, body: Schema<"PatchSettings">) =>
  answer(api.PATCH("/api/v1/organization/", { headers: ifMatch(version), body }));

/** The picture itself is the body. */
export const putLogo = (file: File) =>
  answer(
    api.PUT("/api/v1/organization/logo/", {
      headers: { "Content-Type": file.type },
      body: file as never,
      bodySerializer: (body: unknown) => body as never,
    }),
  );
export const removeLogo = () => answer(api.DELETE("/api/v1/organization/logo/"));

export const domainsQuery = queryOptions({
  queryKey: ["domains"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/domains/", { signal, ...all })),
});
export const addDomain = (domain: string) => answer(api.POST("/api/v1/domains/", { body: { domain } }));
export const verifyDomain = (domain: string) =>
  answer(api.POST("/api/v1/domains/{domain}/verify/", { params: { path: { domain } } }));
export const removeDomain = (domain: string) =>
  answer(api.DELETE("/api/v1/domains/{domain}/", { params: { path: { domain } } }));

const isUnderway = ({ state }: Export) => state === "queued" || state === "running";

/** Asked for again while an archive is being made. */
export const exportsQuery = queryOptions({
  queryKey: ["exports"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/organization/exports/", { signal, ...all })),
  refetchInterval: ({ state }) => (state.data?.results.some(isUnderway) ? 2000 : false),
});
export const startExport = () => answer(api.POST("/api/v1/organization/exports/"));
/** Where an archive can be fetched within the next five minutes. */
export const exportLink = async (id: string) =>
  (await answer(api.GET("/api/v1/organization/exports/{id}/", at(id)))).link ?? undefined;

export const providersQuery = queryOptions({
  queryKey: ["identity-providers"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/identity-providers/", { signal, ...all })),
});
export const createProvider = (body: Schema<"CreateIdentityProvider">) =>
  answer(api.POST("/api/v1/identity-providers/", { body }));
export const changeProvider = (id: string, body: Schema<"PatchIdentityProvider">) =>
  answer(api.PATCH("/api/v1/identity-providers/{id}/", { ...at(id), body }));
export const removeProvider = (id: string) => answer(api.DELETE("/api/v1/identity-providers/{id}/", at(id)));
export const testProvider = (id: string) => answer(api.POST("/api/v1/identity-providers/{id}/test/", at(id)));
