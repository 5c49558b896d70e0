import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, open } from "./harness.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const said = (page, text) => page.getByRole("status").getByText(text).first().waitFor();
/** The row of a list that has this text. */
const row = (page, text) => page.getByRole("row").filter({ hasText: text });

async function choose(page, label, option) {
  await page.getByRole("button", { name: label }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

test("an administrator invites, suspends, lets in, removes and brings back somebody", async () => {
  const { page, close } = await open({ role: "admin", path: "/settings/people" });
  await button(page, "Invite somebody").click();
  await dialog(page).getByLabel("Name").fill("Wren Okafor");
  await dialog(page).getByLabel("E-mail").fill("not an address");
  await button(dialog(page), "Invite").click();
  await dialog(page).getByText("Not saved: look at the marked fields.").waitFor();
  assert.equal(await dialog(page).getByLabel("E-mail").getAttribute("aria-invalid"), "true");
  await dialog(page).getByLabel("E-mail").fill("wren.okafor@acme.example");
  await button(dialog(page), "Invite").click();
  await page.getByRole("dialog", { name: "Wren Okafor is invited" }).waitFor();
  assert.match(await dialog(page).locator("code").textContent(), /\/set-password#/);
  await axe(page);
  await button(page, "Done").click();
  await page.getByRole("searchbox", { name: "Search" }).fill("wren");
  await page.getByRole("link", { name: "Wren Okafor" }).click();
  await page.getByRole("heading", { name: "Wren Okafor", level: 1 }).waitFor();
  await button(page, "Suspend").click();
  await page.getByText("This account is suspended.").waitFor();
  await button(page, "Let in again").click();
  await said(page, "Wren Okafor can sign in again.");
  await button(page, "Remove").click();
  await page.waitForURL("**/settings/people");
  await page.keyboard.press("z");
  await said(page, "Wren Okafor is back");
  await close();
});

test("what is not saved is kept until it is saved or discarded", async () => {
  const { page, close } = await open({ role: "owner", path: "/settings/general" });
  const name = page.getByLabel("Name", { exact: true });
  await name.fill("Acme Heating & Cooling");
  await page.getByText("Not saved yet").waitFor();
  await page.getByRole("link", { name: "Teams" }).click();
  await page.getByRole("dialog", { name: "Leave without saving?" }).waitFor();
  await button(page, "Cancel").click();
  await page.getByLabel("Digits, at least").fill("40");
  await button(page, "Save").click();
  await page.getByText("A number from 1 to 10.").waitFor();
  await page.getByLabel("Digits, at least").fill("5");
  await button(page, "Save").click();
  await page.getByText("Not saved yet").waitFor({ state: "detached" });
  await page.reload();
  assert.equal(await name.inputValue(), "Acme Heating & Cooling");
  await name.fill("Acme Heating Service");
  await button(page, "Save").click();
  await page.getByText("Not saved yet").waitFor({ state: "detached" });
  await close();
});

test("a role of one's own is made and changed; teams get members", async () => {
  const { page, close } = await open({ role: "owner", path: "/settings/roles" });
  await button(page, "New role").click();
  await dialog(page).getByLabel("Name").fill("Night shift");
  await button(page, "Create role").click();
  await page.getByRole("heading", { name: "Night shift", level: 1 }).waitFor();
  await page.getByText("Close from any status").click();
  await button(page, "Save").click();
  await said(page, "Saved.");
  await page.getByRole("link", { name: "Roles", exact: true }).last().click();
  await page.getByRole("columnheader", { name: /Night shift/ }).waitFor();
  await page.getByRole("link", { name: "Teams" }).click();
  await button(page, "New team").first().click();
  await dialog(page).getByLabel("Name").fill("Night");
  await dialog(page).getByRole("combobox", { name: "Members" }).fill("Elin");
  await page.getByRole("option", { name: /Elin Sandberg/ }).click();
  await button(page, "Create team").click();
  await row(page, "Night").getByText("1 member").waitFor();
  await close();
});

test("policies, statuses, mailboxes and mails of the system are set", async () => {
  const { page, close } = await open({ role: "owner", path: "/settings/sla" });
  await button(page, "New policy").click();
  await dialog(page).getByLabel("Name").fill("Gold");
  await choose(page, /Priority/, "Urgent");
  await dialog(page).getByLabel("First reply within").first().fill("half");
  await button(page, "Create policy").click();
  await dialog(page).getByText("A number, at least 0.").waitFor();
  await dialog(page).getByLabel("First reply within").first().fill("2");
  await button(page, "Create policy").click();
  await row(page, "Gold").getByText("Active").waitFor();
  await page.getByRole("link", { name: "Statuses" }).click();
  await button(page, "New status").click();
  await dialog(page).getByLabel("Name").fill("Waiting for parts");
  await choose(page, /Category/, "On hold");
  await button(page, "Create status").click();
  await row(page, "Waiting for parts").waitFor();
  await button(page, "Move Waiting for parts up").click();
  await page.getByRole("link", { name: "Mailboxes" }).click();
  await button(page, "New mailbox").click();
  await dialog(page).getByLabel("Address").fill("parts@acme.localhost");
  await button(page, "Create mailbox").click();
  await row(page, "parts@acme.localhost").waitFor();
  await page.goto("/settings/mail-templates/created");
  const text = page.getByLabel("Text", { exact: true });
  await text.fill("Thank you. Your number is {reference}. {unknown}");
  await page.getByRole("alert").first().waitFor();
  await text.fill("Thank you. Your number is {reference}.");
  await page.getByRole("region", { name: "Preview with examples" }).getByText("Your number is TK-").waitFor();
  await button(page, "Save").click();
  await said(page, "Saved.");
  await button(page, "Back to the shipped text").click();
  await said(page, "The shipped text is back.");
  await close();
});

test("a key is shown once, and revoked", async () => {
  const { page, close } = await open({ role: "admin", path: "/settings/api-keys" });
  await button(page, "New key").click();
  await dialog(page).getByLabel("Name").fill("Warehouse");
  await button(page, "Create key").click();
  await dialog(page).getByText("Choose at least one.").waitFor();
  await dialog(page).getByText("Read tickets").click();
  await button(page, "Create key").click();
  const made = page.getByRole("dialog", { name: "This is the key" });
  assert.match(await made.locator("code").textContent(), /^hdk_/);
  await button(page, "I have kept it").click();
  await button(page, "Actions for Warehouse").first().click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  await button(dialog(page), "Revoke").click();
  await row(page, "Warehouse").getByText("Revoked").first().waitFor();
  await page.getByRole("link", { name: "Audit log" }).click();
  await page.getByRole("button", { name: /^\d/ }).first().click();
  await dialog(page).getByText("Request", { exact: true }).waitFor();
  await axe(page);
  await close();
});

test("who may not set anything up sees no settings; a manager sees what managers set", async () => {
  const agent = await open({ role: "agent", path: "/settings/people" });
  await agent.page.getByText("There is no such page").waitFor();
  assert.equal(await agent.page.getByRole("link", { name: "Settings" }).count(), 0);
  await agent.close();
  const manager = await open({ role: "manager", path: "/admin" });
  await manager.page.waitForURL("**/settings");
  const nav = manager.page.getByRole("navigation", { name: "Settings" });
  await nav.getByRole("link", { name: "SLA policies" }).waitFor();
  assert.equal(await nav.getByRole("link").count(), 1);
  await manager.close();
});

test("settings are found by what is set up in them", async () => {
  const { page, close } = await open({ role: "owner", path: "/settings" });
  const nav = page.getByRole("navigation", { name: "Settings" });
  await page.getByRole("searchbox", { name: "Find a setting" }).fill("lockout");
  assert.deepEqual(await nav.getByRole("link").allTextContents(), ["People"]);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/settings/people");
  await close();
});

test("an owner acts as an agent, visibly, and stops", async () => {
  const { page, close } = await open({ role: "owner", path: "/settings/people?find=albrecht" });
  await page.getByRole("link", { name: "Jonas Albrecht" }).click();
  await button(page, "Act as Jonas Albrecht").click();
  await dialog(page).getByLabel("Reason").fill("He sees an empty list");
  await button(page, "Start").click();
  await page.getByText("Margit Halloran acts as Jonas Albrecht.").waitFor();
  assert.equal(await page.getByRole("link", { name: "Settings" }).count(), 0);
  await button(page, "Stop").click();
  await page.getByRole("link", { name: "Settings" }).waitFor();
  await close();
});
