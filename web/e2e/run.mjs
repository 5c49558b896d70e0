// Starts the product with demo data in a folder of its own, then runs the browser tests against it, one after the other.
//   npm run e2e                                   all
//   npm run e2e -- sign-in.test.mjs               one file
//   npm run e2e -- inbox.test.mjs "keyboard"      one test by its name
//   npm run e2e -- figures.mjs                    what is run by hand
//   SHOTS=1 npm run e2e -- routes.test.mjs        pictures of every page, in e2e/shots
//   E2E_LOG=/tmp/serve.log E2E_DATA=/tmp/data npm run e2e -- …   against a product that runs already: where it wrote its
//                                                 sign-ins, and its DATA_DIR
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const here = import.meta.dirname;
const binary =
  process.env.HELPDESK_BINARY ?? resolve(here, "../..", process.env.CARGO_TARGET_DIR ?? "target", "debug/helpdesk");

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

async function startProduct() {
  const folder = mkdtempSync(join(tmpdir(), "helpdesk-e2e-"));
  // Under root the database runs as another user, who must reach it here.
  chmodSync(folder, 0o755);
  const log = join(folder, "serve.log");
  const out = openSync(log, "w");
  const env = {
    ...process.env,
    DATA_DIR: join(folder, "data"),
    METRICS_BIND: "off",
    REALTIME_BIND: "off",
    AI_BIND: "off",
  };
  delete env.DATABASE_URL;
  const port = await freePort();
  const product = spawn(binary, ["serve", "--demo", "--bind", `127.0.0.1:${port}`], {
    env,
    stdio: ["ignore", out, out],
  });
  for (
    let tries = 0;
    !/customer\s+\S+@\S+\s+\S+\s*$/m.test(readFileSync(log, "utf8").split("Globex")[1] ?? "");
    tries++
  ) {
    if (product.exitCode !== null || tries > 1200)
      throw new Error(`the product did not start:\n${readFileSync(log, "utf8")}`);
    await wait(100);
  }
  const stop = async () => {
    const ended = new Promise((done) => product.once("exit", done));
    product.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { log, data: join(folder, "data"), stop };
}

const [file, name] = process.argv.slice(2);
const product = process.env.E2E_LOG
  ? { log: process.env.E2E_LOG, data: process.env.E2E_DATA, stop: async () => {} }
  : await startProduct();
const names = file ? [file] : readdirSync(here).filter((entry) => entry.endsWith(".test.mjs"));
const files = names.map((entry) => join(here, entry));
const options = ["--test", "--test-concurrency=1", ...(name ? [`--test-name-pattern=${name}`] : []), ...files];
const tests = spawn(process.execPath, options, {
  stdio: "inherit",
  env: { ...process.env, E2E_LOG: product.log, E2E_DATA: product.data, HELPDESK_BINARY: binary },
});
process.exitCode = await new Promise((done) => tests.once("exit", (code) => done(code ?? 1)));
await product.stop();
