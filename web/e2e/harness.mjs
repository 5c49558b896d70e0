// What browser tests share: one Chromium, sign-in as a role, axe, screenshots, and the rule that nothing leaves the host.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after } from "node:test";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = join(import.meta.dirname, "shots");
mkdirSync(shots, { recursive: true });

/** Organizations by slug: their address and who signs in, as the product printed them. */
export const organizations = readOrganizations(readFileSync(process.env.E2E_LOG, "utf8"));

function readOrganizations(log) {
  const found = {};
  let current;
  for (const line of log.split("\n")) {
    const url = /— (http:\/\/(\w+)\.\S+)/.exec(line);
    if (url) current = found[url[2]] = { url: url[1], people: {} };
    const person = /^ {4}(\w+)\s+(\S+@\S+)\s+(\S+)\s*$/.exec(line);
    if (person && current) current.people[person[1]] = { email: person[2], password: person[3] };
  }
  return found;
}

let started;
const browser = () => {
  started ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--host-resolver-rules=MAP *.localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
  return started;
};
after(async () => started && (await started).close());

/**
 * A window of its own. Options: `role` (nobody is signed in without), `org`, `width`, `height`, `dark`, `locale`, `path`,
 * `bare` (at the address of the installation instead of the organization's), `isDeaf` (no hint ever comes by the socket).
 * Whatever asks another host, breaks the policy or throws in the page fails the test when the window is closed.
 */
export async function open({
  role,
  org = "acme",
  width = 1440,
  height = 900,
  dark = false,
  locale = "en-GB",
  path = "/",
  bare = false,
  isDeaf = false,
} = {}) {
  const { people } = organizations[org];
  const url = bare ? organizations[org].url.replace(/\/\/[^:]+/, "//127.0.0.1") : organizations[org].url;
  const context = await (await browser()).newContext({
    baseURL: url,
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    locale,
    reducedMotion: "reduce",
  });
  const faults = [];
  await context.route("**/*", (route) => {
    const address = new URL(route.request().url());
    if (address.origin === url || address.protocol === "blob:" || address.protocol === "data:") return route.continue();
    faults.push(`asked another host: ${address}`);
    return route.abort();
  });
  if (isDeaf) await context.routeWebSocket("**/ws/", () => {});
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`threw: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|TrustedHTML/i.test(message.text())) faults.push(message.text());
  });
  if (role) await signIn(page, people[role]);
  await page.goto(path);
  const close = async () => {
    await context.close();
    assert.deepEqual(faults, []);
  };
  return { page, context, faults, person: people[role], close };
}

/** Runs SQL in the product's own database: for amounts of data that would take too long by the API. */
export function sql(text) {
  const where = ["-h", join(process.env.E2E_DATA, "run"), "-U", "postgres", "-d", "helpdesk"];
  return execFileSync("psql", [...where, "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", text], { encoding: "utf8" }).trim();
}

/** A ticket of an organization with this many messages, made at once; its number. */
export function longTicket(messages, org = "acme") {
  const [id, schema] = sql(`select id, schema_name from platform.organizations where slug = '${org}'`).split("|");
  const number = 2_000_000 + messages;
  sql(`
    with ticket as (
      insert into ${schema}.tickets (organization_id, id, number, reference, subject, status, status_category, priority,
          type, channel, customer_id, message_count, public_message_count, first_response_due_at, resolution_due_at,
          created_at, updated_at)
        select '${id}', gen_random_uuid(), ${number}, 'TK-2026-${number}', 'A thread of ${messages} messages', 'open',
          'open', 'low', 'question', 'api', (select id from ${schema}.customers where organization_id = '${id}' limit 1),
          ${messages}, ${messages}, now(), now(), now(), now()
        where not exists (select from ${schema}.tickets where organization_id = '${id}' and number = ${number})
        returning id)
    insert into ${schema}.messages (organization_id, id, ticket_id, seq, visibility, direction, author_kind, author_name,
        body, format, body_text, created_at)
      select '${id}', gen_random_uuid(), ticket.id, i, 'public', 'in', 'customer', 'Marta Ruiz',
        'Message number ' || i || repeat('. It drips', i % 40), 'text', 'Message number ' || i,
        now() - (${messages} - i) * interval '1 minute'
      from ticket, generate_series(1, ${messages}) i`);
  return number;
}

/** Runs the product's command line beside it; `input` is what it reads. */
export function helpdesk(args, input) {
  const env = { ...process.env, DATA_DIR: process.env.E2E_DATA };
  delete env.DATABASE_URL;
  return execFileSync(process.env.HELPDESK_BINARY, args, { env, input, encoding: "utf8" });
}

/** Gets the cookie that a sign-in gives; the page then starts as for somebody who was here before. */
export async function signIn(page, { email, password }) {
  await page.goto("/theme.js");
  const status = await page.evaluate(
    async (body) => {
      const headers = { "Content-Type": "application/json", "X-Client": "web" };
      const response = await fetch("/api/v1/auth/login/", { method: "POST", headers, body: JSON.stringify(body) });
      return response.status;
    },
    { email, password },
  );
  assert.equal(status, 200, `sign-in as ${email}`);
}

/** Calls the API as somebody of an organization: `(method, path, body) => answer`. */
export async function client(role, org = "acme") {
  const { url, people } = organizations[org];
  const { host, port } = new URL(url);
  let token;
  const call = (method, path, body) =>
    new Promise((done, failed) => {
      const headers = {
        Host: host,
        "Content-Type": "application/json",
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      };
      // Not by fetch: names below localhost are known to browsers only.
      const asked = request({ host: "127.0.0.1", port, path: `/api/v1${path}`, method, headers }, async (response) => {
        const parts = [];
        for await (const part of response) parts.push(part);
        const text = Buffer.concat(parts).toString();
        if (response.statusCode >= 300) failed(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        else done(text ? JSON.parse(text) : undefined);
      });
      asked.on("error", failed);
      asked.end(body && JSON.stringify(body));
    });
  const { email, password } = people[role];
  ({ access: token } = await call("POST", "/auth/login/", { email, password }));
  return call;
}

/** Nothing serious or critical by axe; `except` are rules that do not count in this state, with a reason beside the call. */
export async function axe(page, { except = [] } = {}) {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async (rules) => {
    const options = {
      resultTypes: ["violations"],
      rules: Object.fromEntries(rules.map((id) => [id, { enabled: false }])),
    };
    const result = await globalThis.axe.run(document, options);
    return result.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`)
            .slice(0, 4)
            .join(" | ")}`,
      );
  }, except);
  assert.deepEqual(violations, []);
}

/** A picture for people to look at. */
export const shot = (page, name) => page.screenshot({ path: join(shots, `${name}.png`) });

/** Nothing is wider than the window. */
export async function noSidewaysScroll(page) {
  const [inner, whole] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
  assert.ok(whole <= inner, `the page is ${whole} px wide in a window of ${inner} px`);
}
