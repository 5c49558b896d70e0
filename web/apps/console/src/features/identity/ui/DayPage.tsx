import { day, time, weekday } from "@helpdesk/i18n";
import { useNow } from "@helpdesk/ui";

const first = 7;
const hours = Array.from({ length: 13 }, (_, place) => first + place);
/** Height of an hour, in pixels at the usual size of text. */
const height = 56;

/** The daybook itself: the ruled page of today, with a line at the present minute. */
export function DayPage() {
  const now = new Date(useNow());
  const at = now.getHours() + now.getMinutes() / 60 - first;
  return (
    <aside
      aria-hidden="true"
      className="relative hidden overflow-hidden border-s border-line bg-canvas px-8 pt-8 pane:block"
    >
      <p className="text-28 font-light">{weekday(now)}</p>
      <p className="mb-6 text-15 text-ink-3">{day(now)}</p>
      <div className="relative border-t border-line">
        {hours.map((hour) => (
          <div key={hour} className="h-14 border-b border-line pt-1 text-12 text-ink-3 tabular-nums">
            {time(new Date(now.getFullYear(), now.getMonth(), now.getDate(), hour))}
          </div>
        ))}
        <div className="absolute inset-y-0 start-16 w-px bg-line" />
        {at > 0 && at < hours.length ? (
          <div
            className="absolute inset-x-0 flex h-4 items-center gap-2"
            style={{ insetBlockStart: `calc(${at * height}rem / 16 - 0.5rem)` }}
          >
            <span className="w-14 bg-canvas text-12 font-semibold text-petrol tabular-nums">{time(now)}</span>
            <span className="h-0.5 flex-1 bg-petrol" />
          </div>
        ) : null}
      </div>
    </aside>
  );
}
