// Sizes of the built console, gzip -9: what the page loads at once must fit its budget, each page's own part is listed.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budget = 205_000;
const dist = new URL("../apps/console/dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;

function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const imported of manifest[key].imports ?? []) closure(imported, seen);
  return seen;
}

/** What the first inbox row needs beyond the entry: the page itself and the texts of one language. */
const first = ["src/features/inbox/routes/InboxPage.tsx", "../../packages/i18n/src/en/shell.icu.json"];
const eager = new Set(["index.html", ...first.filter((key) => manifest[key])].flatMap((key) => [...closure(key)]));
let total = 0;
for (const key of eager) {
  const bytes = size(manifest[key].file);
  total += bytes;
  console.log("at once", kilobytes(bytes), manifest[key].file);
}
for (const [key, entry] of Object.entries(manifest)) {
  if (!entry.isDynamicEntry || eager.has(key) || key.includes(".icu.json")) continue;
  const own = [...closure(key)].filter((other) => !eager.has(other));
  console.log("  later", kilobytes(own.reduce((sum, other) => sum + size(manifest[other].file), 0)), key);
}
console.log("at once", kilobytes(total), `of ${budget / 1000} kB in all`);
process.exitCode = total > budget ? 1 : 0;
