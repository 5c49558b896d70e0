import { expect, test } from "vitest";
import { withLinks } from "./links.ts";

test("addresses are found without what ends the sentence", () => {
  expect(withLinks("See http://a.example/set-password#x1.\nBye")).toEqual([
    { text: "See " },
    { text: "http://a.example/set-password#x1", href: "http://a.example/set-password#x1" },
    { text: ".\nBye" },
  ]);
});

test("nothing but pages can be followed", () => {
  expect(withLinks("javascript:alert(1)")).toEqual([{ text: "javascript:alert(1)" }]);
  expect(withLinks("")).toEqual([]);
});
