import { expect, test } from "vitest";
import { allColumns, columnsOf, place, shift, toggle, usualColumns } from "./columns.ts";

test("what was kept counts as far as it is known, and new columns come last", () => {
  const { order, hidden } = columnsOf({ order: ["team", "gone", "subject"], hidden: ["subject", "updated"] });
  expect(order.slice(0, 2)).toEqual(["team", "subject"]);
  expect([...order].sort()).toEqual([...allColumns].sort());
  expect(hidden).toEqual(["updated"]);
  expect(columnsOf(null)).toEqual(usualColumns);
});

test("a column takes the place of another, in both directions", () => {
  expect(place(usualColumns, "number", "subject").order.slice(0, 3)).toEqual(["requester", "subject", "number"]);
  expect(place(usualColumns, "subject", "number").order.slice(0, 3)).toEqual(["subject", "number", "requester"]);
});

test("a column moves by one and stays at the ends", () => {
  expect(shift(usualColumns, "number", 1).order.slice(0, 2)).toEqual(["requester", "number"]);
  expect(shift(usualColumns, "number", -1)).toBe(usualColumns);
  expect(shift(usualColumns, "updated", 1)).toBe(usualColumns);
});

test("a column goes and comes back in its place", () => {
  const without = toggle(usualColumns, "status");
  expect(without.hidden).toEqual(["status"]);
  expect(toggle(without, "status")).toEqual(usualColumns);
});
