import { answer } from "@helpdesk/api";
import { queryOptions } from "@tanstack/react-query";
import { api, session } from "../../app.ts";

export type Credentials = { email: string; password: string; organization?: string; otp?: string };

/** Signs in; the problem OTP_REQUIRED asks for the code of the second factor. */
export async function signIn(credentials: Credentials): Promise<void> {
  session.begin(await answer(api.POST("/api/v1/auth/login/", { body: credentials })));
}

/** Ends a sign-in by an identity provider that lacks the second factor. */
export async function completeSignIn(otp: string): Promise<void> {
  session.begin(await answer(api.POST("/api/v1/auth/oidc/complete/", { body: { otp } })));
}

export const requestReset = (email: string, organization?: string) =>
  answer(api.POST("/api/v1/auth/password/reset/", { body: { email, organization } }));

/** Sets a password with a one-time link. */
export const setPassword = (token: string, password: string) =>
  answer(api.POST("/api/v1/auth/password/reset/confirm/", { body: { token, password } }));

/** Opens the account that a one-time link belongs to. */
export const confirmRegistration = (token: string) =>
  answer(api.POST("/api/v1/auth/register/confirm/", { body: { token } }));

/** The identity providers of this host. */
export const providersQuery = queryOptions({
  queryKey: ["sign-in-providers"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/auth/oidc/", { signal })),
  select: (page) => page.results,
  staleTime: 5 * 60_000,
  retry: false,
});

/** Leaves for the identity provider; it comes back to `next`. */
export async function leaveFor(provider: string, next: string): Promise<void> {
  const start = api.POST("/api/v1/auth/oidc/{id}/start/", { params: { path: { id: provider } }, body: { next } });
  const { url } = await answer(start);
  location.assign(url);
}
