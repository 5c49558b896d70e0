import { answer } from "@helpdesk/api";
import { i18n, t } from "@helpdesk/i18n";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../app.ts";

export type StatusChoice = { key: string; name: string; category: string; isRetired: boolean };

/** The statuses of the organization, in its order, retired ones too. */
export const statusesQuery = queryOptions({
  queryKey: ["statuses"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/statuses/", { signal, params: { query: { page_size: 100 } } })),
  staleTime: 5 * 60_000,
});

/** As the organization calls it; the names that the product ships are said in the language in use. */
export function statusName({ key, name }: { key: string; name: string }): string {
  const shipped = key.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
  const id = `triage.status.${key}`;
  return name === shipped && i18n.messages[id] ? t(id) : name;
}

/** All of them: tickets keep a status that was retired since. */
export function useAllStatuses(): StatusChoice[] {
  const { data } = useQuery(statusesQuery);
  return useMemo(
    () =>
      (data?.results ?? []).map((status) => {
        const { key, category, is_retired } = status;
        return { key, name: statusName(status), category, isRetired: is_retired === true };
      }),
    [data],
  );
}

/** The statuses that a ticket can be given. */
export function useStatuses(): StatusChoice[] {
  const all = useAllStatuses();
  return useMemo(() => all.filter((status) => !status.isRetired), [all]);
}

/** Gives the name of a status by its key. */
export function useStatusName(): (key: string) => string {
  const statuses = useAllStatuses();
  return (key) => statuses.find((status) => status.key === key)?.name ?? key;
}

export const priorities = ["urgent", "high", "medium", "low"] as const;
export const priorityName = (priority: string) => t(`triage.priority.${priority}`);
