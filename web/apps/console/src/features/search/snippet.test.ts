import { expect, test } from "vitest";
import { snippet } from "./snippet.ts";

const text = (pieces: { text: string; isHit: boolean }[]) =>
  pieces.map((piece) => (piece.isHit ? `[${piece.text}]` : piece.text)).join("");

test("marks the beginnings of words, in any case and script", () => {
  expect(text(snippet("The Boiler shows E119; the boilers next door do not.", "boiler e119"))).toBe(
    "The [Boiler] shows [E119]; the [boiler]s next door do not.",
  );
  expect(text(snippet("Größe und Übergröße", "größe"))).toBe("[Größe] und Übergröße");
});

test("shows the part where the words stand", () => {
  const long = `${"a lot of text ".repeat(30)}hinge is rusty ${"and more ".repeat(60)}`;
  const shown = text(snippet(long, "hinge"));
  expect(shown).toMatch(/^….*\[hinge\] is rusty/);
  expect(shown.length).toBeLessThan(240);
});

test("says nothing where the words do not stand, and takes signs for what they are", () => {
  expect(snippet("nothing of the kind", "boiler")).toEqual([]);
  expect(snippet("a(b", "(")).toEqual([]);
});
