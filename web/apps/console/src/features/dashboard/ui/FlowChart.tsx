import { calendarDay, number, t } from "@helpdesk/i18n";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { DayFigures } from "../api.ts";
import { bounds } from "../days.ts";
import { middle, path, ticks } from "../scale.ts";

const height = 208;
/** Room for the numbers beside the lines and the dates below them. */
const gutter = { start: 28, foot: 24, head: 8 };
const series = ["created", "resolved"] as const;
const colours = { created: "var(--chart-1)", resolved: "var(--chart-2)" } as const;

/** How many arrived and how many were resolved, day by day; a day opens its tickets. */
export function FlowChart({ days }: { days: DayFigures[] }) {
  const [box, width] = useWidth();
  const [pointed, setPointed] = useState<number>();
  const inner = Math.max(0, width - gutter.start);
  const marks = ticks(Math.max(...days.flatMap((day) => series.map((name) => day[name]))));
  const top = marks.at(-1) ?? 1;
  const y = (value: number) => gutter.head + height - (value / top) * height;
  const column = inner / days.length;
  const shown = pointed === undefined ? undefined : days[pointed];
  return (
    <div ref={box} className="relative" dir="ltr">
      <svg
        role="img"
        aria-label={t("dashboard.flow.summary", {
          created: number(sum(days, "created")),
          resolved: number(sum(days, "resolved")),
        })}
        width={width}
        height={gutter.head + height + gutter.foot}
        className="block"
        onPointerLeave={() => setPointed(undefined)}
      >
        {marks.map((mark) => (
          <g key={mark}>
            <line
              x1={gutter.start}
              x2={width}
              y1={y(mark)}
              y2={y(mark)}
              stroke={mark === 0 ? "var(--line)" : "var(--line-soft)"}
            />
            <text x={gutter.start - 8} y={y(mark) + 4} textAnchor="end" className="fill-ink-3 text-11 tabular-nums">
              {number(mark)}
            </text>
          </g>
        ))}
        <g transform={`translate(${gutter.start} ${gutter.head})`}>
          {pointed === undefined ? null : (
            <rect x={pointed * column} width={column} height={height} fill="var(--hover)" />
          )}
          {series.map((name) => (
            <path
              key={name}
              d={path(
                days.map((day) => day[name]),
                top,
                inner,
                height,
              )}
              fill="none"
              stroke={colours[name]}
              strokeWidth="1.75"
              strokeLinejoin="round"
              strokeDasharray={name === "resolved" ? "5 3" : undefined}
            />
          ))}
          {days.map((day, place) => (
            <g key={day.day}>
              {labelled(place, days.length, inner) ? (
                <text
                  x={place === days.length - 1 ? inner : middle(place, days.length, inner)}
                  y={height + 17}
                  textAnchor={place === days.length - 1 ? "end" : "middle"}
                  className="fill-ink-3 text-11"
                >
                  {calendarDay(day.day)}
                </text>
              ) : null}
              <rect
                x={place * column}
                width={column}
                height={height}
                fill="transparent"
                onPointerEnter={() => setPointed(place)}
              />
            </g>
          ))}
          {shown && pointed !== undefined
            ? series.map((name) => (
                <circle
                  key={name}
                  cx={middle(pointed, days.length, inner)}
                  cy={height - (shown[name] / top) * height}
                  r="3"
                  fill={colours[name]}
                  pointerEvents="none"
                />
              ))
            : null}
        </g>
      </svg>
      {shown && pointed !== undefined ? (
        <div
          aria-hidden="true"
          className="float pointer-events-none absolute top-0 z-10 px-2.5 py-1.5 text-12 whitespace-nowrap"
          style={
            pointed < days.length / 2
              ? { left: gutter.start + (pointed + 1) * column + 6 }
              : { right: width - gutter.start - pointed * column + 6 }
          }
        >
          <div className="text-ink-3">{calendarDay(shown.day)}</div>
          {series.map((name) => (
            <div key={name} className="flex items-center gap-2 tabular-nums">
              <span className="h-0.5 w-3" style={{ background: colours[name] }} />
              {t(`dashboard.flow.${name}`)}
              <span className="ms-auto ps-3 font-medium">{number(shown[name])}</span>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}

/** The same as a table; each figure opens its tickets. */
export function FlowTable({ days }: { days: DayFigures[] }) {
  return (
    <section
      aria-label={t("dashboard.flow")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
      tabIndex={0}
      className="max-h-56 overflow-y-auto border-t border-line-soft"
    >
      <table className="w-full border-collapse">
        <thead className="sticky top-0 bg-surface">
          <tr className="border-b border-line text-12 text-ink-3">
            <th scope="col" className="h-7 px-3 text-start font-medium">
              {t("dashboard.flow.day")}
            </th>
            {series.map((name) => (
              <th key={name} scope="col" className="px-3 text-end font-medium">
                {t(`dashboard.flow.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days
            .map((day, place) => ({ day, place }))
            .reverse()
            .map(({ day, place }) => (
              <tr key={day.day} className="h-7 border-b border-line-soft hover:bg-hover">
                <th scope="row" className="px-3 text-start font-normal">
                  {calendarDay(day.day)}
                </th>
                {series.map((name) => (
                  <td key={name} className="px-3 text-end tabular-nums">
                    {day[name] > 0 ? (
                      <Link to="/search" search={bounds(days, place, name)} className="rounded-control hover:underline">
                        {number(day[name])}
                      </Link>
                    ) : (
                      <span className="text-ink-3">0</span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the lines are, above them: a sample of each with its sum. */
export function FlowKey({ days }: { days: DayFigures[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-12 text-ink-2">
      {series.map((name) => (
        <li key={name} className="flex items-center gap-1.5">
          <svg aria-hidden="true" width="18" height="4">
            <line
              x1="0"
              x2="18"
              y1="2"
              y2="2"
              stroke={colours[name]}
              strokeWidth="2"
              strokeDasharray={name === "resolved" ? "5 3" : undefined}
            />
          </svg>
          {t(`dashboard.flow.${name}`)}
          <Link
            to="/search"
            search={bounds(days, undefined, name)}
            className="rounded-control font-medium tabular-nums hover:underline"
          >
            {number(sum(days, name))}
          </Link>
        </li>
      ))}
    </ul>
  );
}

const sum = (days: DayFigures[], name: (typeof series)[number]) => days.reduce((all, day) => all + day[name], 0);

/** Every seventh day from the last, or every fourteenth where there is little room. */
const labelled = (place: number, count: number, width: number) => (count - 1 - place) % (width < 420 ? 14 : 7) === 0;

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}
