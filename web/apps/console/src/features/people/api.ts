import { answer, ifMatch, type Schema } from "@helpdesk/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";
import { type ListSearch, pageSize } from "../settings/index.ts";

export type Person = Schema<"UserOut">;
export type Team = Schema<"TeamOut">;
export type Role = Schema<"RoleOut">;

/** A list of everything, page after page; for things of which an organization has some hundred at most. */
async function everything<Row>(
  ask: (page: number) => Promise<{ results: Row[]; next?: string | null }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; page <= 20; page++) {
    const { results, next } = await ask(page);
    rows.push(...results);
    if (!next) break;
  }
  return rows;
}

export const peopleQuery = ({ find, page, order, role, status }: ListSearch & { role?: string; status?: string }) => {
  const query = {
    search: find,
    page,
    page_size: pageSize,
    ordering: order ?? "name",
    role: role ? [role] : undefined,
    status,
  };
  return queryOptions({
    queryKey: ["users", "list", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/users/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
};

/** Everybody who works here, to put names to ids. */
export const staffQuery = queryOptions({
  queryKey: ["users", "all"],
  queryFn: ({ signal }) =>
    everything((page) =>
      answer(api.GET("/api/v1/users/", { signal, params: { query: { page, page_size: 100, ordering: "name" } } })),
    ),
});

export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "one", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/users/{id}/", { signal, params: { path: { id } } })),
  });

export const sessionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "sessions", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/users/{id}/sessions/", { signal, params: { path: { id }, query: { page_size: 100 } } })),
  });

export const lockoutQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "lockout", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/users/{id}/lockout/", { signal, params: { path: { id } } })),
  });

export const rolesQuery = queryOptions({
  queryKey: ["roles", "list"],
  queryFn: ({ signal }) =>
    everything((page) => answer(api.GET("/api/v1/roles/", { signal, params: { query: { page, page_size: 100 } } }))),
});

export const permissionsQuery = queryOptions({
  queryKey: ["roles", "permissions"],
  queryFn: ({ signal }) =>
    everything((page) =>
      answer(api.GET("/api/v1/roles/permissions/", { signal, params: { query: { page, page_size: 100 } } })),
    ),
  staleTime: 5 * 60_000,
});

export const teamsListQuery = ({ find, page }: ListSearch) => {
  const query = { search: find, page, page_size: pageSize };
  return queryOptions({
    queryKey: ["teams", "list", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/teams/", { signal, params: { query } })),
    placeholderData: keepPreviousData,
  });
};

const at = (id: string) => ({ params: { path: { id } } });

export const invitePerson = (body: Schema<"CreateUser">) => answer(api.POST("/api/v1/users/", { body }));
export const changePerson = ({ id, version }: Pick<Person, "id" | "version">, body: Schema<"PatchUser">) =>
  answer(api.PATCH("/api/v1/users/{id}/", { ...at(id), headers: ifMatch(version), body }));
/** Suspends or lets in again, whatever else changed meanwhile. */
export const setStatus = (id: string, status: "active" | "suspended") =>
  answer(api.PATCH("/api/v1/users/{id}/", { ...at(id), body: { status } }));
export const removePerson = (id: string) => answer(api.DELETE("/api/v1/users/{id}/", at(id)));
export const restorePerson = (id: string) => answer(api.POST("/api/v1/users/{id}/restore/", at(id)));
export const inviteAgain = (id: string) => answer(api.POST("/api/v1/users/{id}/invite/", at(id)));
export const unlockPerson = (id: string) => answer(api.DELETE("/api/v1/users/{id}/lockout/", at(id)));
export const removeSecondFactor = (id: string) => answer(api.DELETE("/api/v1/users/{id}/otp/", at(id)));
export const endSessions = (id: string) => answer(api.DELETE("/api/v1/users/{id}/sessions/", at(id)));
export const actAs = (id: string, reason: string) =>
  answer(api.POST("/api/v1/users/{id}/impersonate/", { ...at(id), body: { reason } }));

export const createTeam = (body: Schema<"CreateTeam">) => answer(api.POST("/api/v1/teams/", { body }));
export const changeTeam = (id: string, body: Schema<"PatchTeam">) =>
  answer(api.PATCH("/api/v1/teams/{id}/", { ...at(id), body }));
export const deleteTeam = (id: string) => answer(api.DELETE("/api/v1/teams/{id}/", at(id)));

export const createRole = (body: Schema<"CreateRole">) => answer(api.POST("/api/v1/roles/", { body }));
export const changeRole = ({ id, version }: Pick<Role, "id" | "version">, body: Schema<"PatchRole">) =>
  answer(api.PATCH("/api/v1/roles/{id}/", { ...at(id), headers: ifMatch(version), body }));
export const deleteRole = (id: string) => answer(api.DELETE("/api/v1/roles/{id}/", at(id)));
