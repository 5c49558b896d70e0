import { expect, test } from "vitest";
import { slugOf } from "./slug.ts";

test.each([
  ["Müller & Söhne", "muller-sohne"],
  ["  Acme  ", "acme"],
  ["مؤسسة", ""],
])("%s becomes %s", (name, slug) => expect(slugOf(name)).toBe(slug));
