// A registry may list a package before the builds for every system are there; npm then leaves them out of the lock, which
// installs here and breaks on another system. Fails for each platform build that its package names and the lock has not.
import { readFileSync } from "node:fs";

const { packages } = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
const locked = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
const missing = Object.entries(packages).flatMap(([path, entry]) =>
  Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !locked.has(name))
    .map((name) => `${path} names ${name}, which the lock does not have`),
);
for (const line of missing) console.error(line);
process.exitCode = missing.length > 0 ? 1 : 0;
