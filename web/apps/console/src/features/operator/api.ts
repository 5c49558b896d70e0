import { answer, type Schema } from "@helpdesk/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type ListSearch, pageSize } from "../settings/index.ts";
import { operatorApi as api } from "./session.ts";

export type Organization = Schema<"OrganizationOut">;
export type Operator = Schema<"OperatorOut">;

const at = (slug: string) => ({ params: { path: { slug } } });

export const meQuery = queryOptions({
  queryKey: ["platform", "me"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/platform/auth/me/", { signal })),
});

export const organizationsQuery = ({ find, page, status }: ListSearch & { status?: string }) => {
  const query = { search: find, status, page, page_size: pageSize };
  return queryOptions({
    queryKey: ["platform", "organizations", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/platform/organizations/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
};
/** Asked for again now and then: a move ends by itself. */
export const organizationQuery = (slug: string) =>
  queryOptions({
    queryKey: ["platform", "organization", slug],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/platform/organizations/{slug}/", { signal, ...at(slug) })),
    refetchInterval: 10_000,
  });
export const usageQuery = (slug: string) =>
  queryOptions({
    queryKey: ["platform", "usage", slug],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/platform/organizations/{slug}/usage/", { signal, ...at(slug) })),
  });
export const domainsQuery = (slug: string) =>
  queryOptions({
    queryKey: ["platform", "domains", slug],
    queryFn: ({ signal }) => {
      const params = { path: { slug }, query: { page_size: 100 } };
      return answer(api.GET("/api/v1/platform/organizations/{slug}/domains/", { signal, params }));
    },
  });

/** What can be done with the domains of an organization. */
export function domainCalls(slug: string) {
  const named = (domain: string) => ({ params: { path: { slug, domain } } });
  const verify = (domain: string, vouched: boolean) =>
    answer(
      api.POST("/api/v1/platform/organizations/{slug}/domains/{domain}/verify/", {
        ...named(domain),
        body: { vouched },
      }),
    );
  return {
    add: (domain: string) =>
      answer(api.POST("/api/v1/platform/organizations/{slug}/domains/", { ...at(slug), body: { domain } })),
    verify: (domain: string) => verify(domain, false),
    vouch: (domain: string) => verify(domain, true),
    remove: (domain: string) =>
      answer(api.DELETE("/api/v1/platform/organizations/{slug}/domains/{domain}/", named(domain))),
  };
}
export const createOrganization = (body: Schema<"CreateOrganization">) =>
  answer(api.POST("/api/v1/platform/organizations/", { body }));
export const renameOrganization = (slug: string, name: string) =>
  answer(api.PATCH("/api/v1/platform/organizations/{slug}/", { ...at(slug), body: { name } }));
export const suspendOrganization = (slug: string) =>
  answer(api.POST("/api/v1/platform/organizations/{slug}/suspend/", at(slug)));
export const resumeOrganization = (slug: string) =>
  answer(api.POST("/api/v1/platform/organizations/{slug}/resume/", at(slug)));
export const moveOrganization = (slug: string, placement: string) =>
  answer(api.POST("/api/v1/platform/organizations/{slug}/move/", { ...at(slug), body: { placement } }));
export const deleteOrganization = (slug: string) =>
  answer(api.DELETE("/api/v1/platform/organizations/{slug}/", at(slug)));
export const restoreOrganization = (slug: string) =>
  answer(api.POST("/api/v1/platform/organizations/{slug}/restore/", at(slug)));

export const operatorsQuery = ({ page }: ListSearch) => {
  const query = { page, page_size: pageSize };
  return queryOptions({
    queryKey: ["platform", "operators", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/platform/operators/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
};
export const createOperator = (body: Schema<"CreateOperator">) =>
  answer(api.POST("/api/v1/platform/operators/", { body }));
export const removeOperator = (id: string) =>
  answer(api.DELETE("/api/v1/platform/operators/{id}/", { params: { path: { id } } }));

export const logQuery = ({ page, organization }: ListSearch & { organization?: string }) => {
  const query = { page, page_size: pageSize, organization };
  return queryOptions({
    queryKey: ["platform", "log", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/platform/log/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
};
export const rotateKeys = () => answer(api.POST("/api/v1/platform/keys/rotate/"));
