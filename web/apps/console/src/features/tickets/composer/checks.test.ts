import { expect, test } from "vitest";
import type { Message } from "../api.ts";
import { answeredSince, newestPublic, speaksOfFile } from "./checks.ts";

const message = (seq: number, author: string, visibility = "public") =>
  ({ seq, visibility, direction: "out", author: { id: author } }) as Message;

test("answers by others since the beginning are found, notes and own ones are not", () => {
  const messages = [message(1, "a"), message(2, "me"), message(3, "b", "internal"), message(4, "b")];
  expect(newestPublic(messages.slice(0, 3))).toBe(2);
  expect(answeredSince(messages, 2, "me").map(({ seq }) => seq)).toEqual([4]);
  expect(answeredSince(messages, 4, "me")).toEqual([]);
});

test("a text that speaks of a file is noticed, in its own words only", () => {
  expect(speaksOfFile("<p>Please see the attached invoice.</p>")).toBe(true);
  expect(speaksOfFile("<p>Die Rechnung im Anhang</p>")).toBe(true);
  expect(speaksOfFile("<p>ok</p><blockquote><p>see attachment</p></blockquote>")).toBe(false);
  expect(speaksOfFile("<p>unattachedness</p>")).toBe(false);
});
