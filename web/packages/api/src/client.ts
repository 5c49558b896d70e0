import createClient, { type Client as FetchClient } from "openapi-fetch";
import type { paths } from "./schema.d.ts";
import type { Session } from "./session.ts";

export type Client = FetchClient<paths>;

/** What calls need of a session; operators have one of their own kind. */
export type Bearer = Pick<Session, "state" | "token" | "exchange" | "signedInAgain">;

/** A POST with the same key is done once, however often it is sent. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Lets a write go through only while the thing has this version; otherwise it ends with the code STALE. */
export const ifMatch = (version: number) => ({ "If-Match": `"${version}"` });

/** Calls whose repetition the server does not remember. */
const unrepeatable = /\/api\/v1\/(auth|api-keys|files|jobs|realtime|platform)\//;

/**
 * The API as this person. A call that is refused for its token is repeated with a new one; when the session is over it
 * waits until somebody has signed in again, so the page stays as it is.
 */
export function createApi(session: Bearer): Client {
  const client = createClient<paths>({ baseUrl: location.origin, fetch: (request) => send(session, request) });
  client.use({
    onRequest({ request }) {
      request.headers.set("X-Client", "web");
      if (request.method === "POST" && !unrepeatable.test(request.url) && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", idempotencyKey());
      }
      return request;
    },
  });
  return client;
}

async function send(session: Bearer, request: Request): Promise<Response> {
  const isSignIn = /\/auth\/(login|refresh|password\/reset|oidc|register)\b/.test(request.url);
  const again = request.clone();
  const response = await globalThis.fetch(await withToken(session, request));
  if (response.status !== 401 || isSignIn || session.state === "out") return response;
  // The second factor being asked for is an answer to this call, not to the session.
  const problem: { code?: string } = await response
    .clone()
    .json()
    .catch(() => ({}));
  if (problem.code === "OTP_REQUIRED") return response;
  if (!(await session.exchange())) await session.signedInAgain();
  return globalThis.fetch(await withToken(session, again));
}

async function withToken(session: Bearer, request: Request): Promise<Request> {
  const token = await session.token();
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}
