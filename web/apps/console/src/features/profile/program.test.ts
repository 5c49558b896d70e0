import { expect, test } from "vitest";
import { programOf } from "./program.ts";

test.each([
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    "Chrome · Linux",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0",
    "Edge · Windows",
  ],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15", "Safari · macOS"],
  ["Mozilla/5.0 (Android 15; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0", "Firefox · Android"],
  ["curl/8.5.0", "curl/8.5.0"],
])("%s", (agent, expected) => {
  expect(programOf(agent)).toBe(expected);
});

test("nothing is nothing", () => {
  expect(programOf(null)).toBeUndefined();
});
