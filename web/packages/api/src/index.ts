export { type Bearer, type Client, createApi, idempotencyKey, ifMatch } from "./client.ts";
export { ApiError, answer } from "./problem.ts";
export { createQueryClient } from "./query.ts";
export { type ConnectionState, Realtime, type RealtimeEvent } from "./realtime.ts";
export type { components, operations, paths } from "./schema.d.ts";
export { type Person, Session, type SessionState } from "./session.ts";
export { fileLink, upload } from "./upload.ts";

import type { components } from "./schema.d.ts";

/** A type of the API's description by its name there: `Schema<"TicketOut">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
