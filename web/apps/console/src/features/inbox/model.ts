import type { Schema } from "@helpdesk/api";
import type { InboxSearch } from "./search.ts";

export type Row = Schema<"TicketOut">;
export type Order = NonNullable<InboxSearch["order"]>;

/** What the list draws, one below the other. */
export type Line = { kind: "row"; row: Row } | { kind: "heading"; id: string; isLate: boolean };

const priorities = ["low", "medium", "high", "urgent"];
const rank = (row: Row) => priorities.indexOf(row.priority);
const at = (when: string | null | undefined) => (when ? Date.parse(when) : Number.POSITIVE_INFINITY);

/** Negative when `one` stands before `other`; as the server orders, ties by id. */
export function compare(order: Order): (one: Row, other: Row) => number {
  const key: Record<Order, (row: Row) => number> = {
    due_at: (row) => at(row.due_at),
    created_at: (row) => at(row.created_at),
    "-created_at": (row) => -at(row.created_at),
    "-updated_at": (row) => -at(row.updated_at),
    "-priority": (row) => -rank(row),
  };
  const of = key[order];
  return (one, other) => {
    const [left, right] = [of(one), of(other)];
    if (left !== right) return left < right ? -1 : 1;
    return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
  };
}

/** The band of a row: what it is due in, the day of its making or change, or its priority. */
export function bandOf(row: Row, order: Order, now: number, dayOf: (when: number) => string): string {
  if (order === "-priority") return `priority:${row.priority}`;
  if (order !== "due_at") return `day:${dayOf(at(order === "-updated_at" ? row.updated_at : row.created_at))}`;
  const left = at(row.due_at) - now;
  if (row.due_at === null || row.due_at === undefined) return "due:none";
  if (left <= 0) return "due:late";
  if (left <= 3_600_000) return "due:hour";
  return dayOf(now + left) === dayOf(now) ? "due:today" : "due:later";
}

/** Rows with a heading before each band, or without any. */
export function linesOf(rows: Row[], band: ((row: Row) => string) | undefined): Line[] {
  const lines: Line[] = [];
  let last: string | undefined;
  for (const row of rows) {
    const id = band?.(row);
    if (id !== undefined && id !== last) lines.push({ kind: "heading", id, isLate: id === "due:late" });
    last = id;
    lines.push({ kind: "row", row });
  }
  return lines;
}

/** The beginning of each line in pixels, and behind the last the height of all. */
export function offsetsOf(lines: Line[], rowHeight: number, headingHeight: number): Float64Array {
  const offsets = new Float64Array(lines.length + 1);
  for (const [place, line] of lines.entries()) {
    offsets[place + 1] = offsets[place]! + (line.kind === "row" ? rowHeight : headingHeight);
  }
  return offsets;
}

/** The place of the line that covers this many pixels from the beginning. */
export function lineAt(offsets: Float64Array, pixels: number): number {
  let [low, high] = [0, Math.max(0, offsets.length - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle]! <= pixels) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Puts newer rows in the place of older ones and says which changed; the order stays. */
export function patchRows(rows: Row[], newer: Row[]): Row[] {
  const byId = new Map(newer.map((row) => [row.id, row]));
  return rows.map((row) => byId.get(row.id) ?? row);
}

/** Adds rows where the order wants them; those that are there already are replaced. */
export function insertRows(rows: Row[], added: Row[], order: Order): Row[] {
  const ids = new Set(added.map((row) => row.id));
  return [...rows.filter((row) => !ids.has(row.id)), ...added].sort(compare(order));
}
