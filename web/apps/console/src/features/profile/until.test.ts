import { expect, test } from "vitest";
import { endOf } from "./until.ts";

const saturday = new Date(2026, 10, 21, 15, 30);

test("an absence ends when it says", () => {
  expect(endOf("never", saturday)).toBeNull();
  expect(endOf("hour", saturday)).toEqual(new Date(2026, 10, 21, 16, 30));
  expect(endOf("tomorrow", saturday)).toEqual(new Date(2026, 10, 22, 8));
});

test("next Monday is never today", () => {
  expect(endOf("monday", saturday)).toEqual(new Date(2026, 10, 23, 8));
  expect(endOf("monday", new Date(2026, 10, 22, 9))).toEqual(new Date(2026, 10, 23, 8));
  expect(endOf("monday", new Date(2026, 10, 23, 9))).toEqual(new Date(2026, 10, 30, 8));
});
