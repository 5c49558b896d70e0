import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, client, noSidewaysScroll, open, shot } from "./harness.mjs";

const rows = (page) =>
  page
    .getByRole("grid")
    .getByRole("row")
    .filter({ has: page.locator("bdi") });
const cursor = (page) => page.getByRole("grid").getAttribute("aria-activedescendant");
const selected = (page) => page.locator('[role="row"][aria-selected="true"]');

test("the whole list is gone through with the keyboard", async () => {
  const { page, close } = await open({ role: "agent", path: "/inbox?list=all" });
  await rows(page).first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = await cursor(page);
  await page.keyboard.press("k");
  assert.notEqual(await cursor(page), second);
  await page.keyboard.press("ArrowDown");
  assert.equal(await cursor(page), second);
  const subject = await page.locator(`#${second} bdi`).nth(1).textContent();
  await page
    .getByRole("main")
    .getByText(subject ?? "")
    .first()
    .waitFor();
  await page.waitForURL(/ticket=\d+/);
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+J");
  assert.equal(await selected(page).count(), 2);
  await page.getByText("2 selected").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await selected(page).count(), 0);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/tickets\/\d+$/);
  await close();
});

test("the address names the list, its filters and the ticket", async () => {
  const { page, close } = await open({ role: "agent", path: "/inbox?list=all" });
  await rows(page).first().waitFor();
  await page.keyboard.press("Shift+F");
  const dialog = page.getByRole("dialog", { name: "Filter" });
  await dialog.getByText("High", { exact: true }).click();
  await axe(page);
  await dialog.getByRole("button", { name: "Show" }).click();
  await page.getByRole("list", { name: "Filters" }).getByText("Priority: High").waitFor();
  await dialog.waitFor({ state: "detached" });
  await page.keyboard.press("j");
  await page.waitForURL(/ticket=\d+/);
  const chosen = await cursor(page);
  await page.reload();
  await page.waitForFunction(
    (id) => document.querySelector("[role=grid]")?.getAttribute("aria-activedescendant") === id,
    chosen,
  );
  await page.getByRole("button", { name: /Remove the filter/ }).click();
  await page.waitForFunction(() => !location.search.includes("priority"));
  await page.goto("/inbox?list=all&find=nothing-has-this-word");
  await page.getByText("No ticket fits the filters").waitFor();
  await close();
});

test("many tickets are changed at once, and put back", async () => {
  const { page, close } = await open({ role: "agent", path: "/inbox?list=unassigned&mode=table" });
  await rows(page).first().waitFor();
  const priority = () => rows(page).nth(0).getByRole("gridcell").nth(5).textContent();
  const before = await priority();
  for (const key of ["j", "x", "Shift+J", "p"]) await page.keyboard.press(key);
  const dialog = page.getByRole("dialog", { name: "Priority of 2 tickets" });
  await dialog.getByRole("combobox").fill(before === "Low" ? "urg" : "low");
  await axe(page);
  await page.keyboard.press("Enter");
  await page.getByText(/Priority of 2 tickets is/).waitFor();
  assert.notEqual(await priority(), before);
  await page.keyboard.press("z");
  await rows(page).nth(0).getByRole("gridcell").nth(5).getByText(before, { exact: true }).waitFor();
  await close();
});

test("a ticket that is resolved stays, struck, until the cursor moves on, and comes back by undo", async () => {
  const { page, close } = await open({ role: "agent", path: "/inbox?list=unassigned" });
  await rows(page).first().waitFor();
  await page.keyboard.press("j");
  const first = await cursor(page);
  await page.keyboard.press("m");
  await page.getByText("The ticket is yours").waitFor();
  await page.waitForFunction((id) => document.getElementById(id)?.className.includes("line-through"), first);
  await page.keyboard.press("j");
  await page.waitForFunction((id) => document.getElementById(id) === null, first);
  await page.keyboard.press("z");
  await page.waitForFunction((id) => document.getElementById(id)?.className.includes("line-through") === false, first);
  await close();
});

test("the palette finds commands, and keys can be changed and switched off", async (test) => {
  const agent = await client("agent");
  test.after(() => agent("PATCH", "/users/me/", { preferences: { shortcuts_enabled: true, shortcuts: {} } }));
  const { page, close } = await open({ role: "agent", path: "/inbox?list=all" });
  await rows(page).first().waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Commands" }).fill("unassigned");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Unassigned", level: 1 }).waitFor();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await axe(page);
  await sheet.getByRole("button", { name: /“Next ticket”/ }).click();
  await page.keyboard.press("w");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await page.keyboard.press("w");
  assert.ok(await cursor(page));
  await page.keyboard.press("?");
  await sheet.getByText("Single keys do something").click();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  const before = await cursor(page);
  await page.keyboard.press("w");
  assert.equal(await cursor(page), before);
  await close();
});

test("columns are hidden and moved, by keys and by mouse, and stay so", async () => {
  const { page, close } = await open({ role: "agent", path: "/inbox?list=all&mode=table" });
  const titles = () => page.getByRole("columnheader").allTextContents();
  await rows(page).first().waitFor();
  await page.getByRole("button", { name: "Columns" }).focus();
  await page.keyboard.press("Enter");
  const menu = page.getByRole("dialog", { name: "Columns" });
  await menu.getByRole("checkbox", { name: "Team" }).focus();
  await page.keyboard.press("Space");
  await menu.getByRole("button", { name: "Move Status forward" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  const kept = ["Selected", "Number", "Customer", "Status", "Subject", "Priority", "Assignee", "Changed", "Due"];
  assert.deepEqual(await titles(), kept);
  const box = async (name) => page.getByRole("columnheader", { name }).boundingBox();
  const [from, to] = [await box("Changed"), await box("Number")];
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(to.x + 4, to.y + 8, { steps: 12 });
  await page.mouse.up();
  await page.reload();
  await rows(page).first().waitFor();
  assert.deepEqual(await titles(), ["Selected", "Changed", ...kept.slice(1).filter((name) => name !== "Changed")]);
  await close();
});

test("who is named in a note has the ticket in a list of its own, and what is watched can be listed", async () => {
  const [agent, manager] = [await client("agent"), await client("manager")];
  const me = await agent("GET", "/users/me/");
  const { number } = await manager("POST", "/tickets/", { subject: `Named ${Date.now()}`, description: "Look here." });
  const { page, close } = await open({ role: "agent", path: "/inbox?list=mentions" });
  await page.getByRole("heading", { name: "Mentions", level: 1 }).waitFor();
  await page.getByRole("navigation").getByText("Live", { exact: true }).waitFor();
  const body = `<p><a href="mention:${me.id}">@${me.name}</a> please</p>`;
  await manager("POST", `/tickets/${number}/messages/`, { visibility: "internal", format: "html", body });
  await rows(page)
    .getByText(/^Named/)
    .first()
    .waitFor();
  await page.goto("/inbox?list=all");
  await page.keyboard.press("Shift+F");
  const dialog = page.getByRole("dialog", { name: "Filter" });
  await dialog.getByText("Watched by me").click();
  await dialog.getByRole("button", { name: "Show" }).click();
  await page.getByRole("list", { name: "Filters" }).getByText("Watched by me").waitFor();
  await page.waitForURL(/watching=/);
  await close();
});

test("somebody who may only read is offered nothing else", async () => {
  const { page, close } = await open({ role: "viewer", path: "/inbox?list=all" });
  await rows(page).first().waitFor();
  for (const key of ["j", "x", "e", "p", "a"]) await page.keyboard.press(key);
  await page.getByText("1 selected").waitFor();
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Resolve" }).count(), 0);
  await close();
});

const looks = {
  light: {},
  dark: { dark: true },
  phone: { width: 390, height: 844 },
  "phone-dark": { width: 390, height: 844, dark: true },
  narrow: { width: 320, height: 640 },
  tablet: { width: 900, height: 1100 },
  wide: { width: 2560, height: 1300 },
  arabic: { locale: "ar" },
  german: { locale: "de-DE" },
};
for (const [name, options] of Object.entries(looks)) {
  test(`the inbox: ${name}`, async () => {
    const { page, close } = await open({ ...options, role: "agent", path: "/inbox?list=all" });
    await rows(page).first().waitFor();
    await page.keyboard.press("j");
    await page.waitForLoadState("networkidle");
    await noSidewaysScroll(page);
    await axe(page);
    await shot(page, `inbox-${name}`);
    if (name === "light" || name === "dark") {
      await page.goto("/inbox?list=all&mode=table");
      await rows(page).first().waitFor();
      await axe(page);
      await shot(page, `inbox-table-${name}`);
    }
    await close();
  });
}
