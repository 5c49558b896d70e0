import { expect, test } from "vitest";
import { extendTo, keepThose, moveTo, nothing, step, toggle } from "./selection.ts";

const ids = ["a", "b", "c", "d"];

test("the cursor moves and stays at the ends", () => {
  expect(step(ids, undefined, 1)).toBe("a");
  expect(step(ids, undefined, -1)).toBe("d");
  expect(step(ids, "b", 1)).toBe("c");
  expect(step(ids, "d", 1)).toBe("d");
  expect(step(ids, "gone", 1)).toBe("a");
  expect(step([], "a", 1)).toBeUndefined();
});

test("rows are added to the selection and taken from it", () => {
  const one = toggle(nothing, "b");
  expect([...one.selected]).toEqual(["b"]);
  expect(toggle(one, "b").selected.size).toBe(0);
});

test("an extension begins where it began", () => {
  const begun = moveTo(nothing, "b");
  const down = extendTo(begun, ids, "c");
  expect([...down.selected]).toEqual(["b", "c"]);
  expect([...extendTo(down, ids, "d").selected]).toEqual(["b", "c", "d"]);
  expect([...extendTo(begun, ids, "a").selected]).toEqual(["a", "b"]);
});

test("rows that are gone are selected no longer", () => {
  const some = extendTo(moveTo(nothing, "a"), ids, "c");
  expect([...keepThose(some, ["b", "c"]).selected]).toEqual(["b", "c"]);
  expect(keepThose(some, ids)).toBe(some);
});
