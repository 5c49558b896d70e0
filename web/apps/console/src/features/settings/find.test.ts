import { expect, test } from "vitest";
import { matching } from "./find.ts";

test("each typed word begins a word of the text", () => {
  expect(matching("SLA policies: deadlines", "")).toBe(true);
  expect(matching("SLA policies: deadlines", "dead")).toBe(true);
  expect(matching("SLA policies: deadlines", "Pol sla")).toBe(true);
  expect(matching("SLA policies: deadlines", "lines")).toBe(false);
  expect(matching("سياسات الخدمة", "الخد")).toBe(true);
});
