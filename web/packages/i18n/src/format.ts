import { i18n, t } from "./texts.ts";

/** What decides how times are written: the person's wishes, else the organization's zone and the language's habits. */
export type Formatting = { timeZone?: string; hourCycle?: "h12" | "h23"; weekStart?: 0 | 1 | 6 };

/** Kept on this browser, so that the next page is right before the wishes have been fetched. */
const name = "formatting";
let current: Formatting = read();
const made = new Map<string, Intl.DateTimeFormat>();
const listeners = new Set<() => void>();

function read(): Formatting {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "{}");
  } catch {
    return {};
  }
}

export function setFormatting(formatting: Formatting): void {
  if (JSON.stringify(formatting) === JSON.stringify(current)) return;
  current = formatting;
  localStorage.setItem(name, JSON.stringify(formatting));
  made.clear();
  for (const listener of listeners) listener();
}
export const formatting = (): Readonly<Formatting> => current;

/** Tells when times are to be written otherwise. */
export function onFormatting(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The language as the browser writes it, with its region: times are British or American, not just English. */
const region = () => navigator.languages.find((language) => language.split("-")[0] === i18n.locale) ?? i18n.locale;

function format(when: Date | string | number, options: Intl.DateTimeFormatOptions): string {
  const key = i18n.locale + JSON.stringify(options);
  let formatter = made.get(key);
  if (!formatter) {
    const hours = options.hour && current.hourCycle ? { hourCycle: current.hourCycle } : {};
    formatter = new Intl.DateTimeFormat(region(), { timeZone: current.timeZone, ...hours, ...options });
    made.set(key, formatter);
  }
  return formatter.format(new Date(when));
}

/** "14:05" */
export const time = (when: Date | string | number) => format(when, { hour: "2-digit", minute: "2-digit" });
/** "21 Nov 2026" */
export const day = (when: Date | string | number) => format(when, { day: "numeric", month: "short", year: "numeric" });
/** "21 Nov" of a calendar day, which no time zone moves. */
export const calendarDay = (date: string) => format(date, { day: "numeric", month: "short", timeZone: "UTC" });
/** "Saturday" */
export const weekday = (when: Date | string | number) => format(when, { weekday: "long" });
/** "21 Nov, 14:05" */
export const dayTime = (when: Date | string | number) =>
  format(when, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
/** "Saturday, 21 November 2026, 14:05 CET": for tooltips. */
export const dateTime = (when: Date | string | number) =>
  format(when, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
/** "1,204" */
export const number = (value: number) => new Intl.NumberFormat(region()).format(value);

const steps = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** "5 minutes ago", "in 2 days" */
export function relative(when: Date | string | number, now = Date.now()): string {
  const seconds = Math.round((new Date(when).getTime() - now) / 1000);
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
  return new Intl.RelativeTimeFormat(i18n.locale, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** Short, for rows: "38 m", "2 h 10", "3 d"; past times begin with a true minus sign. */
export function duration(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const sign = seconds < 0 ? "\u2212" : "";
  if (minutes < 60) return sign + t("ui.minutes", { count: minutes });
  if (minutes >= 1440) return sign + t("ui.days", { count: Math.round(minutes / 1440) });
  const rest = minutes < 600 && minutes % 60 > 0 ? `\u202F${String(minutes % 60).padStart(2, "0")}` : "";
  return sign + t("ui.hours", { count: Math.floor(minutes / 60) }) + rest;
}

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "3.4 MB" */
export function fileSize(bytes: number): string {
  const step = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0);
  const style = { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(i18n.locale, style).format(bytes / 1000 ** step);
}
