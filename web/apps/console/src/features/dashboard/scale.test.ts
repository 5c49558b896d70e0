import { expect, test } from "vitest";
import { middle, path, ticks } from "./scale.ts";

test.each([
  [0, [0, 1, 2]],
  [1, [0, 1, 2]],
  [4, [0, 1, 2, 3, 4]],
  [7, [0, 2, 4, 6, 8]],
  [19, [0, 5, 10, 15, 20]],
  [130, [0, 50, 100, 150]],
])("ticks up to %i are round", (most, expected) => {
  expect(ticks(most)).toEqual(expected);
});

test("a path goes through the middle of each column, zero at the foot", () => {
  expect(middle(0, 2, 100)).toBe(25);
  expect(path([0, 4], 4, 100, 50)).toBe("M25.0 50.0L75.0 0.0");
});
