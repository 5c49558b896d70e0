import { expect, test } from "vitest";
import { bandOf, compare, insertRows, lineAt, linesOf, offsetsOf, patchRows, type Row } from "./model.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const row = (id: string, minutes: number | null, more: Partial<Row> = {}): Row =>
  ({
    id,
    due_at: minutes === null ? null : new Date(now + minutes * 60_000).toISOString(),
    created_at: "2026-11-20T12:00:00Z",
    updated_at: "2026-11-20T12:00:00Z",
    priority: "medium",
    ...more,
  }) as Row;
const day = (when: number) => new Date(when).toISOString().slice(0, 10);

test("rows are banded by what they are due in", () => {
  const band = (minutes: number | null) => bandOf(row("a", minutes), "due_at", now, day);
  expect([-5, 0, 30, 60, 61, 24 * 60, null].map(band)).toEqual([
    "due:late",
    "due:late",
    "due:hour",
    "due:hour",
    "due:today",
    "due:later",
    "due:none",
  ]);
});

test("a heading stands before each band only", () => {
  const lines = linesOf([row("a", -1), row("b", -1), row("c", 5)], (one) => bandOf(one, "due_at", now, day));
  expect(lines.map((line) => (line.kind === "row" ? line.row.id : line.id))).toEqual([
    "due:late",
    "a",
    "b",
    "due:hour",
    "c",
  ]);
  expect(linesOf([row("a", 1)], undefined)).toHaveLength(1);
});

test("the line at a place is found", () => {
  const lines = linesOf([row("a", -1), row("b", 5)], (one) => bandOf(one, "due_at", now, day));
  const offsets = offsetsOf(lines, 52, 28);
  expect([...offsets]).toEqual([0, 28, 80, 108, 160]);
  expect([0, 27, 28, 79.5, 80, 159, 999].map((pixels) => lineAt(offsets, pixels))).toEqual([0, 0, 1, 1, 2, 3, 3]);
  expect(lineAt(offsetsOf([], 52, 28), 10)).toBe(0);
});

test("rows without a due time come last, and ties are ordered by id", () => {
  const rows = [row("c", null), row("b", 5), row("a", 5), row("d", 1)].sort(compare("due_at"));
  expect(rows.map((one) => one.id)).toEqual(["d", "a", "b", "c"]);
  const byPriority = [row("a", 1), row("b", 1, { priority: "urgent" })].sort(compare("-priority"));
  expect(byPriority.map((one) => one.id)).toEqual(["b", "a"]);
});

test("newer rows take the place of older ones, new ones find theirs", () => {
  const rows = [row("a", 1), row("c", 3)];
  const newer = row("a", 9, { subject: "newer" });
  expect(patchRows(rows, [newer, row("x", 2)]).map((one) => one.subject)).toEqual(["newer", undefined]);
  expect(insertRows(rows, [row("b", 2), newer], "due_at").map((one) => one.id)).toEqual(["b", "c", "a"]);
});
