import { dateTime, day, time, weekday } from "@helpdesk/i18n";
import type { ReactNode } from "react";

/** The gutter with the time, and the line that runs through the whole conversation. */
export function Line({ at, children }: { at?: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[44px_minmax(0,1fr)] gap-x-3">
      {at ? (
        <time dateTime={at} title={dateTime(at)} className="pt-px text-end text-12 text-ink-3 tabular-nums">
          <bdi>{time(at)}</bdi>
        </time>
      ) : (
        <span />
      )}
      <div className="min-w-0 border-s border-line ps-4 pb-5">{children}</div>
    </div>
  );
}

/** Where a new day begins. */
export function DayLine({ at }: { at: string }) {
  return (
    <div className="grid grid-cols-[44px_minmax(0,1fr)] gap-x-3">
      <span />
      <p className="border-s border-line ps-4 pb-3 text-12 font-medium text-ink-3">
        {weekday(at)}, {day(at)}
      </p>
    </div>
  );
}
