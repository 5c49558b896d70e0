import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./harness.mjs";

/** Calls the API as whoever is signed in in the page: what somebody else does at the same time. */
const call = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const headers = { "Content-Type": "application/json", "X-Client": "web" };
      const signed = await (await fetch("/api/v1/auth/refresh/", { method: "POST", headers, body: "{}" })).json();
      headers.Authorization = `Bearer ${signed.access}`;
      const response = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
      return { status: response.status, body: response.status === 204 ? null : await response.json() };
    },
    [method, path, body],
  );

const live = (page) => page.getByRole("navigation").getByText("Live", { exact: true }).waitFor();
const count = async (page, list) =>
  Number((await page.getByRole("link", { name: new RegExp(`^${list}`) }).textContent()).replace(/\D/g, ""));

test("what others do appears at once: counts, new rows, changes, and who looks", async () => {
  const one = await open({ role: "agent", path: "/inbox?list=unassigned&order=-created_at" });
  const other = await open({ role: "manager", path: "/theme.js" });
  const grid = one.page.getByRole("grid");
  await grid.getByRole("row").first().waitFor();
  await live(one.page);
  const before = await count(one.page, "Unassigned");
  await one.page.keyboard.press("j");

  const subject = `Live ${Date.now()}`;
  const made = await call(other.page, "POST", "/tickets/", { subject, description: "Just now." });
  assert.equal(made.status, 201);
  await one.page.getByRole("button", { name: /new ticket/ }).waitFor();
  assert.equal(await grid.getByText(subject).count(), 0, "nothing moves below the cursor");
  await one.page.waitForFunction((old) => document.querySelector("nav")?.textContent.includes(String(old + 1)), before);
  await one.page.keyboard.press(".");
  await grid.getByText(subject).waitFor();

  await call(other.page, "PATCH", `/tickets/${made.body.number}/`, { subject: `${subject}, changed` });
  await grid.getByText(`${subject}, changed`).waitFor();
  await other.page.goto(`/tickets/${made.body.number}`);
  await grid.getByText("Saskia Verbeek is looking at it").waitFor();
  await other.page.goto("/theme.js");
  await grid.getByText("Saskia Verbeek is looking at it").waitFor({ state: "detached" });
  await other.close();
  await one.close();
});

test("a socket that is cut comes back by itself, and what was missed is caught up", async () => {
  const one = await open({ role: "agent", path: "/inbox?list=unassigned&order=-created_at" });
  const other = await open({ role: "manager", path: "/theme.js" });
  await one.page.getByRole("grid").getByRole("row").first().waitFor();
  await live(one.page);
  await one.context.setOffline(true);
  await one.page.getByText(/Offline|Reconnecting/).waitFor();
  const subject = `Missed ${Date.now()}`;
  assert.equal((await call(other.page, "POST", "/tickets/", { subject, description: "While away." })).status, 201);
  await one.context.setOffline(false);
  await live(one.page);
  await one.page.getByRole("grid").getByText(subject).waitFor();
  await other.close();
  await one.close();
});
