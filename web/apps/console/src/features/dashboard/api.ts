import { answer, type Schema } from "@helpdesk/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../app.ts";

export type Statistics = Schema<"StatisticsOut">;
export type DayFigures = Schema<"DayFigures">;

/** Figures over all tickets that the person sees. */
export const statisticsQuery = queryOptions({
  queryKey: ["tickets", "statistics"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/tickets/statistics/", { signal })),
});

export const recentQuery = queryOptions({
  queryKey: ["tickets", "recent"],
  queryFn: ({ signal }) =>
    answer(api.GET("/api/v1/tickets/", { signal, params: { query: { ordering: "-created_at", page_size: 10 } } })),
  select: (page) => page.results,
});
