import type { DayFigures } from "./api.ts";

type Bounds = {
  created_after?: string;
  created_before?: string;
  resolved_after?: string;
  resolved_before?: string;
};

/** What a search is asked for to list the tickets behind a figure: of one day, or of all days. */
export function bounds(days: DayFigures[], place: number | undefined, name: "created" | "resolved"): Bounds {
  const after = days[place ?? 0]?.starts_at;
  const before = place === undefined ? undefined : days[place + 1]?.starts_at;
  return name === "created"
    ? { created_after: after, created_before: before }
    : { resolved_after: after, resolved_before: before };
}
