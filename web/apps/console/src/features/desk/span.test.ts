import { expect, test } from "vitest";
import { minutesOf, spanOf } from "./span.ts";

test("a time is shown in the largest unit that fits", () => {
  expect(spanOf(1440)).toEqual({ amount: "1", unit: "days" });
  expect(spanOf(240)).toEqual({ amount: "4", unit: "hours" });
  expect(spanOf(90)).toEqual({ amount: "90", unit: "minutes" });
  expect(spanOf(0)).toEqual({ amount: "0", unit: "minutes" });
});

test("what is typed becomes minutes", () => {
  expect(minutesOf({ amount: "1,5", unit: "hours" })).toBe(90);
  expect(minutesOf({ amount: " 2 ", unit: "days" })).toBe(2880);
  expect(minutesOf({ amount: "", unit: "days" })).toBeUndefined();
  expect(minutesOf({ amount: "soon", unit: "hours" })).toBeUndefined();
  expect(minutesOf({ amount: "-1", unit: "hours" })).toBeUndefined();
});
