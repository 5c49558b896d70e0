import { answer, ifMatch, type Schema } from "@helpdesk/api";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, queries } from "../../app.ts";

export type Notification = Schema<"NotificationOut">;
export type Kind = Schema<"Kind">;
export type Preferences = Schema<"PreferencesOut">;
export type Channel = keyof Schema<"Channels">;

/** Everything that starts with this key is asked for again when somebody is told something. */
const key = "notifications";

export const unreadQuery = queryOptions({
  queryKey: [key, "unread"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/notifications/unread/", { signal })),
  select: ({ unread }) => unread,
});

/** What somebody was told, the latest first; page after page. */
export const notificationsQuery = (show: "all" | "unread") => {
  const query = { unread: show === "unread" ? true : undefined, page_size: 30 };
  return infiniteQueryOptions({
    queryKey: [key, "list", query],
    queryFn: ({ signal, pageParam }) =>
      answer(api.GET("/api/v1/notifications/", { signal, params: { query: { ...query, ...pageParam } } })),
    initialPageParam: {} as { page?: number; cursor?: string },
    getNextPageParam: ({ next }) => {
      if (!next) return undefined;
      const params = new URL(next, location.origin).searchParams;
      const cursor = params.get("cursor");
      return cursor ? { cursor } : { page: Number(params.get("page")) };
    },
  });
};

/** The newest that are not read, for the browser to show. */
export async function latestUnread(): Promise<Notification[]> {
  const query = { unread: true, page_size: 10 };
  return (await answer(api.GET("/api/v1/notifications/", { params: { query } }))).results;
}

const refreshed = () => queries.invalidateQueries({ queryKey: [key] });

export async function mark(id: string, read: boolean): Promise<void> {
  await answer(api.POST("/api/v1/notifications/{id}/read/", { params: { path: { id } }, body: { read } }));
  await refreshed();
}

export async function markAll(): Promise<void> {
  await answer(api.POST("/api/v1/notifications/read/", { body: {} }));
  await refreshed();
}

export const preferencesQuery = queryOptions({
  queryKey: ["notification-preferences"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/notifications/preferences/", { signal })),
});

/** Writes over exactly the wishes that were shown. */
export async function savePreferences(version: number, body: Schema<"PatchPreferences">): Promise<Preferences> {
  const call = api.PATCH("/api/v1/notifications/preferences/", { headers: ifMatch(version), body });
  const saved = await answer(call);
  queries.setQueryData(preferencesQuery.queryKey, saved);
  return saved;
}
