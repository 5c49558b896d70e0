import { answer } from "@helpdesk/api";
import { queryOptions } from "@tanstack/react-query";
import { api, queries } from "../../app.ts";

export const changePassword = (current_password: string, new_password: string) =>
  answer(api.POST("/api/v1/auth/password/change/", { body: { current_password, new_password } }));

export const otpQuery = queryOptions({
  queryKey: ["otp"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/auth/otp/", { signal })),
});

export async function removeOtp(password: string, code: string): Promise<void> {
  await answer(api.DELETE("/api/v1/auth/otp/", { body: { password, code: code.trim() || undefined } }));
  await queries.invalidateQueries(otpQuery);
}

export async function newRecoveryCodes(password: string): Promise<string[]> {
  const { recovery_codes } = await answer(api.POST("/api/v1/auth/otp/recovery-codes/", { body: { password } }));
  await queries.invalidateQueries(otpQuery);
  return recovery_codes;
}

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/auth/sessions/", { signal, params: { query: { page_size: 100 } } })),
  select: (page) => page.results,
});

export async function endSession(id: string): Promise<void> {
  await answer(api.DELETE("/api/v1/auth/sessions/{id}/", { params: { path: { id } } }));
  await queries.invalidateQueries(sessionsQuery);
}

/** Ends all sessions but this one. */
export async function endOtherSessions(): Promise<void> {
  await answer(api.DELETE("/api/v1/auth/sessions/"));
  await queries.invalidateQueries(sessionsQuery);
}

export const identitiesQuery = queryOptions({
  queryKey: ["identities"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/auth/identities/", { signal })),
  select: (page) => page.results,
});

export async function unlinkIdentity(id: string): Promise<void> {
  await answer(api.DELETE("/api/v1/auth/identities/{id}/", { params: { path: { id } } }));
  await queries.invalidateQueries(identitiesQuery);
}

/** Leaves for the identity provider, which comes back to the profile. */
export async function linkIdentity(provider: string): Promise<void> {
  const params = { path: { id: provider } };
  const body = { next: "/profile?part=security" };
  const { url } = await answer(api.POST("/api/v1/auth/oidc/{id}/link/", { params, body }));
  location.assign(url);
}

/** The picture itself is the body; the server checks what it is. */
export const putPicture = (file: File) =>
  answer(
    api.PUT("/api/v1/users/me/avatar/", {
      body: file as never,
      bodySerializer: (body) => body as never,
      headers: { "Content-Type": file.type },
    }),
  );

export const removePicture = () => answer(api.DELETE("/api/v1/users/me/avatar/"));

export function saveAvailability(availability: string, until: Date | null) {
  const body = { availability, availability_until: until?.toISOString() ?? null };
  return answer(api.PATCH("/api/v1/users/me/", { body }));
}
