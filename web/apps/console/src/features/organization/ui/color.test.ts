import { expect, test } from "vitest";
import { onColor, readColor } from "./color.ts";

test("colors are read with and without the sign", () => {
  expect(readColor("#0B5563")).toBe("#0b5563");
  expect(readColor(" 0b5563 ")).toBe("#0b5563");
  expect(readColor("#fff")).toBeUndefined();
  expect(readColor("red; background: url(x)")).toBeUndefined();
});

test("text on a color is read well", () => {
  expect(onColor("#ffffff")).toBe("#000000");
  expect(onColor("#0b5563")).toBe("#ffffff");
  expect(onColor("#ffd400")).toBe("#000000");
});
