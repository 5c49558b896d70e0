import { expect, test } from "vitest";
import { rank } from "../rank.ts";
import { modeOf, numberIn } from "./modes.ts";

test.each([
  ["", "all", ""],
  ["boiler", "all", "boiler"],
  ["> theme ", "commands", "theme"],
  [" #42", "ticket", "42"],
  ["@ana", "people", "ana"],
])("%j is mode %s with %j", (typed, mode, text) => {
  expect(modeOf(typed)).toEqual({ mode, text });
});

test("only a whole number is a ticket's", () => {
  expect(numberIn("42")).toBe(42);
  for (const text of ["", "0", "4a", "-1", "1234567890"]) expect(numberIn(text)).toBeUndefined();
});

test("ranking prefers beginnings, then beginnings of words, then letters in a row", () => {
  const order = ["Theme: dark", "Go to the dashboard", "Change theme", "Undo the last action"];
  expect(rank("Theme: dark", "theme")).toBeGreaterThan(rank("Change theme", "theme"));
  expect(rank("Change theme", "theme")).toBeGreaterThan(rank("Anathema list", "them"));
  expect(order.filter((title) => rank(title, "gtd") > 0)).toEqual(["Go to the dashboard"]);
  expect(rank("Theme: dark", "xyz")).toBe(0);
});
