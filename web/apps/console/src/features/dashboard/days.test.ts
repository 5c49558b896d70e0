import { expect, test } from "vitest";
import { bounds } from "./days.ts";

const days = ["2026-11-19", "2026-11-20", "2026-11-21"].map((day) => ({
  day,
  starts_at: `${day}T00:00:00Z`,
  created: 1,
  resolved: 0,
}));

test("a day is bound by its own beginning and the next one's", () => {
  const [, second, third] = days;
  expect(bounds(days, 1, "created")).toEqual({ created_after: second?.starts_at, created_before: third?.starts_at });
});

test("today and all days have no end", () => {
  expect(bounds(days, 2, "resolved")).toEqual({ resolved_after: "2026-11-21T00:00:00Z", resolved_before: undefined });
  expect(bounds(days, undefined, "created").created_after).toBe("2026-11-19T00:00:00Z");
});
