import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { expect, test } from "vitest";
import { locales } from "./index.ts";

const here = join(import.meta.dirname, ".");
const web = join(here, "../../..");

const read = (locale: string, file: string): Record<string, string> =>
  JSON.parse(readFileSync(join(here, locale, file), "utf8"));
const files = readdirSync(join(here, "en"));

/** The names of what is filled in, wherever they stand in a text. */
function values(text: string): string[] {
  const names = new Set<string>();
  const walk = (tokens: unknown): void => {
    if (!Array.isArray(tokens)) return;
    for (const token of tokens) {
      if (!Array.isArray(token)) continue;
      names.add(String(token[0]));
      if (typeof token[2] === "object") Object.values(token[2] ?? {}).forEach(walk);
    }
  };
  walk(compileMessage(text));
  return [...names].sort();
}

test.each(Object.keys(locales).filter((locale) => locale !== "en"))(
  "%s says everything that English says",
  (locale) => {
    expect(readdirSync(join(here, locale)).sort()).toEqual([...files].sort());
    for (const file of files) {
      const [english, other] = [read("en", file), read(locale, file)];
      expect(Object.keys(other).sort(), file).toEqual(Object.keys(english).sort());
      for (const [id, text] of Object.entries(english)) expect(values(other[id] ?? ""), id).toEqual(values(text));
    }
  },
);

test("every text can be compiled and stands in one catalog only", () => {
  const seen = new Set<string>();
  for (const file of files) {
    for (const [id, text] of Object.entries(read("en", file))) {
      expect(seen.has(id), id).toBe(false);
      seen.add(id);
      expect(() => compileMessage(text), id).not.toThrow();
    }
  }
});

test("every text that the sources ask for by its id exists", () => {
  const known = new Set(files.flatMap((file) => Object.keys(read("en", file))));
  const folders = ["apps/console/src", "packages/ui/src", "packages/commands/src"];
  const sources = folders.flatMap((folder) =>
    readdirSync(join(web, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name))
      .map((name) => join(web, folder, name)),
  );
  const missing = sources.flatMap((source) =>
    Array.from(readFileSync(source, "utf8").matchAll(/(?:\bt\(|\btitle: )"([\w-]+\.[\w.-]+)"/g), (hit) => hit[1] ?? "")
      .filter((id) => !known.has(id))
      .map((id) => `${source}: ${id}`),
  );
  expect(missing).toEqual([]);
});
