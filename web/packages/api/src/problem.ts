import type { components } from "./schema.d.ts";

type Problem = components["schemas"]["Problem"];
type FieldErrors = Record<string, { code: string; message: string }[]>;

/** What a call ended with instead of an answer: the server's problem, or that there was no server. */
export class ApiError extends Error {
  readonly status: number;
  /** As in `docs/API-DESIGN.md`; `OFFLINE` when nothing answered. */
  readonly code: string;
  readonly errors: FieldErrors;
  readonly requestId: string | undefined;
  /** Seconds to wait, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(problem: Partial<Problem>, status: number, retryAfter?: number) {
    super(problem.detail ?? problem.title ?? "");
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? (status === 0 ? "OFFLINE" : "INTERNAL_ERROR");
    this.errors = problem.errors ?? {};
    this.requestId = problem.request_id;
    this.retryAfter = retryAfter;
  }
}

type Outcome<Data> = { data?: Data; error?: unknown; response: Response };

/** Unpacks a call: its data, or the problem as an error that is thrown. */
export async function answer<Data>(call: Promise<Outcome<Data>>): Promise<Data> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    if (cause instanceof ApiError || (cause instanceof DOMException && cause.name === "AbortError")) throw cause;
    throw new ApiError({}, 0);
  });
  if (response.ok) return data as Data;
  const problem = error && typeof error === "object" ? error : {};
  throw new ApiError(problem, response.status, Number(response.headers.get("retry-after")) || undefined);
}
