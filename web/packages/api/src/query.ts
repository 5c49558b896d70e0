import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./problem.ts";

const worthRepeating = (error: unknown) =>
  error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);

/** Server state for the whole page; realtime hints say what is old, so nothing is asked for just because of a focus. */
export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 30 * 60_000,
        refetchOnWindowFocus: false,
        networkMode: "always",
        retry: (times, error) => times < 2 && worthRepeating(error),
        retryDelay: (times, error) =>
          error instanceof ApiError && error.retryAfter ? error.retryAfter * 1000 : 400 * 2 ** times,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
