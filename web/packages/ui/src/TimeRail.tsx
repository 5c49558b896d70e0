import { dateTime, t } from "@helpdesk/i18n";
import { type CSSProperties, useSyncExternalStore } from "react";
import { burn, type Clock, railState, timeLeft } from "./clock.ts";

/** One timer for all clocks of the page: the present, in milliseconds, changing every ten seconds. */
const tick = 10_000;
let present = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    present = Date.now();
    for (const tell of listeners) tell();
  }, tick);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present, for everything that counts down. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => present);

/** The stripe at the beginning of everything that is bound to a time. Its parent is positioned. */
export function TimeRail({ clock }: { clock: Clock | undefined }) {
  const now = useNow();
  if (!clock) return null;
  return (
    <span
      aria-hidden="true"
      className="rail"
      data-state={railState(clock, now)}
      style={{ "--burn": burn(clock, now) } as CSSProperties}
    />
  );
}

const looks = {
  ok: "text-ink-3",
  paused: "text-ink-3",
  warn: "font-medium text-warn",
  late: "font-semibold text-late",
} as const;

/** What is left until the next promise is due, counting down. */
export function SlaClock({ clock, className = "" }: { clock: Clock | undefined; className?: string }) {
  const now = useNow();
  if (!clock) return null;
  const state = railState(clock, now);
  const left = timeLeft(clock, now);
  const spoken = t(`ui.clock.${state}`, { what: t(`ui.clock.${clock.kind}`), left, due: dateTime(clock.due) });
  return (
    <span className={`text-12 whitespace-nowrap tabular-nums ${looks[state]} ${className}`} title={spoken}>
      <span className="sr-only">{spoken}</span>
      <bdi aria-hidden="true">{state === "paused" ? t("ui.clock.waits") : state === "late" ? `▲ ${left}` : left}</bdi>
    </span>
  );
}
