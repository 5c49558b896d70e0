// Texts of people are never run, whatever they are: not in tickets, mails, file names, names, settings or brand, on no page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { client, helpdesk, open } from "./harness.mjs";
import { staffPages, walker } from "./pages.mjs";

const attacks = [
  `<img src=x onerror="globalThis.ran=1">`,
  `"><svg onload="globalThis.ran=1">`,
  `<script>globalThis.ran=1</script>`,
  `javascript:globalThis.ran=1`,
  `{{constructor.constructor('globalThis.ran=1')()}}`,
  `\u202Etxt.exe <iframe srcdoc="<script>parent.ran=1</script>">`,
];
const image = `Hostile ${attacks[0]}`;
// Names of their own each time, so that the test can be run again against the same product.
const mark = Date.now().toString(36);
const short = "<img src=x onerror=ran=1>";

/** Writes the attacks wherever the API takes a text of somebody; gives the numbers of the tickets. */
async function write(page, call) {
  const file = await page.evaluate(async (name) => {
    const headers = { "X-Client": "web" };
    const json = { ...headers, "Content-Type": "application/json" };
    const signed = await (await fetch("/api/v1/auth/refresh/", { method: "POST", headers: json, body: "{}" })).json();
    headers.Authorization = `Bearer ${signed.access}`;
    const body = new FormData();
    body.append("file", new Blob(["<script>parent.ran=1</script>"], { type: "text/html" }), name);
    return (await fetch("/api/v1/files/", { method: "POST", headers, body })).json();
  }, `${short}.html`);
  const numbers = [];
  for (const [place, attack] of attacks.entries()) {
    const { number } = await call("POST", "/tickets/", {
      subject: `Hostile ${attack}`,
      description: attack,
      customer_email: `hostile${place}@example.com`,
      customer_name: `Hostile ${attack}`.slice(0, 100),
      tags: [attack.slice(0, 40)],
      attachments: place === 0 ? [file.id] : [],
    });
    const body = `${attack}<p onclick="globalThis.ran=1">x</p><a href="javascript:globalThis.ran=1">y</a>`;
    await call("POST", `/tickets/${number}/messages/`, { body, format: "html", visibility: "internal" });
    await call("POST", "/mail-catcher/write/", {
      from: `mail${place}@example.com`,
      from_name: attack,
      subject: attack,
      body,
    });
    numbers.push(number);
  }
  await call("POST", "/teams/", { name: `${image} ${mark}`, members: [] });
  await call("POST", "/roles/", { name: `${image} ${mark}`, key: `hostile_${mark}`, permissions: ["tickets:read"] });
  await call("POST", "/statuses/", { name: `${short} ${mark}`, customer_name: short, category: "open" });
  await call("POST", "/mailboxes/", { address: `hostile-${mark}@globex.example`, name: short });
  await call("POST", "/api-keys/", { name: image, scopes: ["tickets:read"] });
  await call("PATCH", "/mail-templates/invitation/", { subject: image, body: `${attacks[0]} {link}` });
  await call("PATCH", "/users/me/", { name: image });
  await call("PATCH", "/organization/", { name: image });
  return numbers;
}

/** A mail with HTML, as a mail server hands it over. */
const mail = [
  `From: "${image.replace(/"/g, "'")}" <html@example.com>`,
  "To: support@globex.localhost",
  `Message-ID: <hostile-${mark}@example.com>`,
  "Date: Sat, 21 Nov 2026 10:00:00 +0000",
  `Subject: Hostile HTML ${attacks[2]}`,
  "MIME-Version: 1.0",
  "Content-Type: text/html; charset=utf-8",
  "",
  `${attacks.join("<br>")}<style>body{background:url(javascript:ran=1)}</style><form action="/"><button>z</button></form>`,
].join("\r\n");

test("texts that are written as code stay text on every page", async () => {
  const { page, close } = await open({ role: "admin", org: "globex", path: "/theme.js" });
  const call = await client("admin", "globex");
  const numbers = await write(page, call);
  helpdesk(["mail", "ingest", "--mailbox", "support@globex.localhost"], mail);
  const { results } = await call("GET", "/tickets/?search=Hostile&ordering=-created_at&page_size=1");
  numbers.push(results[0].number);
  const listed = `list=${encodeURIComponent(attacks[0])}&find=${encodeURIComponent(attacks[2])}`;
  const go = walker(page);
  await page.goto("/nothing-here");
  await page.locator("h1, h2").first().waitFor();
  for (const path of [
    ...(await staffPages("globex")).slice(0, -1),
    "/inbox?list=all&order=-created_at",
    "/customers?find=Hostile",
    "/search?find=Hostile",
    ...numbers.flatMap((number) => ["/notifications", `/tickets/${number}`]),
  ]) {
    await go(path);
    assert.equal(await page.evaluate(() => globalThis.ran), undefined, path);
    assert.equal(await page.locator('img[src="x"], svg[onload], [onclick]').count(), 0, path);
  }
  await page.getByRole("heading", { name: /Hostile HTML <script>/ }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Commands" }).fill(attacks[0]);
  await page.getByRole("option", { name: /<img src=x/ }).waitFor();
  for (const path of [`/inbox?${listed}`, `/sign-in?next=${encodeURIComponent("javascript:globalThis.ran=1")}`]) {
    await page.goto(path);
    await page.locator("main").first().waitFor();
    await page.waitForLoadState("networkidle");
    assert.equal(await page.evaluate(() => globalThis.ran), undefined, path);
  }
  await close();
});

test("the brand stays text before the sign-in, too", async () => {
  const { page, close } = await open({ org: "globex", path: "/sign-in" });
  await page.getByText(image).waitFor();
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  assert.equal(await page.evaluate(() => globalThis.ran), undefined);
  await close();
});
