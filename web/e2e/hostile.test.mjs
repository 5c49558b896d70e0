// Texts of people are never run: not in rows, tickets, palette, filters or titles.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./harness.mjs";

const attacks = [
  `<img src=x onerror="globalThis.ran=1">`,
  `"><svg onload="globalThis.ran=1">`,
  `<script>globalThis.ran=1</script>`,
  `javascript:globalThis.ran=1`,
  `{{constructor.constructor('globalThis.ran=1')()}}`,
  `\u202Etxt.exe <iframe srcdoc="<script>parent.ran=1</script>">`,
];

test("subjects, names, tags and messages that are written as code stay text", async () => {
  const { page, close } = await open({ role: "admin", path: "/theme.js" });
  const made = await page.evaluate(async (attacks) => {
    const headers = { "Content-Type": "application/json", "X-Client": "web" };
    const signed = await (await fetch("/api/v1/auth/refresh/", { method: "POST", headers, body: "{}" })).json();
    headers.Authorization = `Bearer ${signed.access}`;
    const tickets = [];
    for (const [place, attack] of attacks.entries()) {
      const body = {
        subject: `Hostile ${attack}`,
        description: attack,
        customer_email: `hostile${place}@example.com`,
        customer_name: `Hostile ${attack}`.slice(0, 100),
        tags: [`h-${place}`],
      };
      const ticket = await (
        await fetch("/api/v1/tickets/", { method: "POST", headers, body: JSON.stringify(body) })
      ).json();
      const message = { body: `${attack}<p onclick="globalThis.ran=1">x</p>`, format: "html", visibility: "internal" };
      await fetch(`/api/v1/tickets/${ticket.number}/messages/`, {
        method: "POST",
        headers,
        body: JSON.stringify(message),
      });
      tickets.push(ticket.number);
    }
    return tickets;
  }, attacks);
  assert.equal(made.filter(Number.isInteger).length, attacks.length);
  const pages = [
    "/inbox?list=all&order=-created_at",
    "/inbox?list=all&order=-created_at&mode=table",
    `/inbox?list=${encodeURIComponent(attacks[0])}&find=${encodeURIComponent(attacks[2])}`,
    `/sign-in?next=${encodeURIComponent("javascript:globalThis.ran=1")}`,
    ...made.map((number) => `/tickets/${number}`),
    "/customers?search=Hostile",
  ];
  for (const path of pages) {
    await page.goto(path);
    await page.locator("main").first().waitFor();
    await page.waitForLoadState("networkidle");
    assert.equal(await page.evaluate(() => globalThis.ran), undefined, path);
    assert.equal(await page.locator('img[src="x"]').count(), 0, path);
  }
  await page.goto(`/tickets/${made[0]}`);
  await page.getByRole("heading", { name: /Hostile <img src=x/ }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Commands" }).fill(attacks[0]);
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => globalThis.ran), undefined);
  await close();
});
