import { answer, type Schema } from "@helpdesk/api";
import { keymap } from "@helpdesk/commands";
import { type Formatting, locales, setFormatting } from "@helpdesk/i18n";
import { type Contrast, type Density, errorText, look, type Theme, toast } from "@helpdesk/ui";
import { useSyncExternalStore } from "react";
import { api, queries, session } from "../app.ts";
import { chooseLocale, forgetLocale } from "./locale.ts";
import { meQuery, organizationQuery } from "./queries.ts";

export type Preferences = Schema<"Preferences">;

/** What the server keeps of each person; what is not said there is as the organization or the device has it. */
export async function loadPreferences(): Promise<void> {
  const [{ preferences }] = await Promise.all([queries.ensureQueryData(meQuery), organizationZone()]);
  await apply(preferences);
}

/** Applies a wish at once and keeps it on the server; when that fails, what was there before comes back. */
export async function prefer(change: Partial<Preferences>): Promise<void> {
  const before = await queries.ensureQueryData(meQuery);
  const next = { ...before, preferences: { ...before.preferences, ...change } };
  queries.setQueryData(meQuery.queryKey, next);
  await apply(next.preferences);
  try {
    const saved = await answer(api.PATCH("/api/v1/users/me/", { body: { preferences: change } }));
    queries.setQueryData(meQuery.queryKey, saved);
  } catch (error) {
    queries.setQueryData(meQuery.queryKey, before);
    await apply(before.preferences);
    toast(errorText(error), { kind: "failed" });
  }
}

const weekStarts: Record<string, Formatting["weekStart"]> = { sunday: 0, monday: 1, saturday: 6 };

async function apply(wishes: Preferences): Promise<void> {
  look.setTheme((wishes.theme ?? "system") as Theme);
  look.setContrast((wishes.contrast ?? "system") as Contrast);
  look.setDensity((wishes.density ?? "normal") as Density);
  const keys = Object.entries(wishes.shortcuts ?? {}).map(([id, key]) => [id, key ? [key] : []]);
  keymap.set({ single: wishes.shortcuts_enabled ?? true, keys: Object.fromEntries(keys) });
  setFormatting({
    timeZone: wishes.time_zone ?? (await organizationZone()),
    hourCycle: (wishes.hour_cycle ?? undefined) as Formatting["hourCycle"],
    weekStart: wishes.week_start ? weekStarts[wishes.week_start] : undefined,
  });
  if (wishes.language && wishes.language in locales) await chooseLocale(wishes.language as keyof typeof locales);
  else await forgetLocale();
}

/** The organization's zone; on trouble the device's. */
async function organizationZone(): Promise<string | undefined> {
  const organization = await queries.ensureQueryData(organizationQuery).catch(() => undefined);
  return organization?.time_zone;
}

/** The keys as the person has them, on the server as well. */
export function preferKeys(map: ReturnType<typeof keymap.get>): Promise<void> {
  const shortcuts = Object.entries(map.keys).map(([id, keys]) => [id, keys[0] ?? null]);
  return prefer({ shortcuts_enabled: map.single, shortcuts: Object.fromEntries(shortcuts) });
}

/** How long an answer can be taken back, unless somebody has said otherwise. */
const usualUndo = 10;

/** How many seconds an answer waits before it leaves. */
export const undoSendSeconds = (): number =>
  queries.getQueryData(meQuery.queryKey)?.preferences?.undo_send_seconds ?? usualUndo;

/** Whose wishes this browser keeps. */
const name = "preferences-of";
const listeners = new Set<() => void>();
let followed: string | undefined;
let settled: string | undefined;

/**
 * Whether the page can be drawn as the person wishes it: from the start where this browser keeps the wishes, else once
 * the server has told them. Drawing it anew a moment later would take away what somebody has begun to type.
 */
export const usePreferencesReady = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => settled === session.person?.id || localStorage.getItem(name) === session.person?.id,
  );

/** Loads the preferences of whoever signs in, once for each person. */
export function followPreferences(): void {
  const check = () => {
    const { state, person } = session;
    if (state === "out") {
      followed = undefined;
      settled = undefined;
    }
    if (state !== "in" || !person || person.role === "customer" || person.id === followed) return;
    followed = person.id;
    void loadPreferences()
      .then(
        () => localStorage.setItem(name, person.id),
        // Without them one can work all the same.
        () => {
          followed = undefined;
        },
      )
      .then(() => {
        settled = person.id;
        for (const listener of listeners) listener();
      });
  };
  check();
  session.subscribe(check);
}
