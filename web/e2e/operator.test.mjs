import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, helpdesk, noSidewaysScroll, open, shot } from "./harness.mjs";

const email = "ops@example.net";
const password = "a-long-operator-password";
helpdesk(["operator", "create", "--email", email], password);

const button = (page, name) => page.getByRole("button", { name, exact: true });

async function signIn(page) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await button(page, "Sign in").click();
  await page.getByRole("heading", { name: "Organizations", level: 1 }).waitFor();
}

test("an operator makes, renames, suspends, deletes and restores an organization", async () => {
  const { page, close } = await open({ bare: true, path: "/operator" });
  await axe(page);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("wrong");
  await button(page, "Sign in").click();
  await page.getByText("E-mail or password is wrong.").waitFor();
  await signIn(page);
  await button(page, "New organization").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Initech Boilers");
  await dialog.getByLabel("Owner's e-mail").fill("owner@initech.example");
  await button(dialog, "Create organization").click();
  await dialog.getByText(/set-password#/).waitFor();
  await button(dialog, "Open it").click();
  await page.getByRole("heading", { name: "Initech Boilers", level: 1 }).waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Initech Heating");
  await button(page, "Save").click();
  await page.getByRole("heading", { name: "Initech Heating", level: 1 }).waitFor();
  await button(page, "Add domain").click();
  await page.getByRole("dialog").getByLabel("Domain").fill("help.initech.example");
  await button(page.getByRole("dialog"), "Add domain").click();
  await button(page.getByRole("dialog"), "Close").click();
  await page.getByRole("button", { name: "Actions for help.initech.example" }).click();
  await page.getByRole("menuitem", { name: "Vouch for it" }).click();
  await page.getByText("Verified", { exact: true }).waitFor();
  await page.getByText("Open tickets", { exact: true }).waitFor();
  await button(page, "Suspend").click();
  await page.getByText("Suspended", { exact: true }).waitFor();
  await button(page, "Open again").click();
  await button(page, "Delete").click();
  await button(page.getByRole("dialog"), "Delete").click();
  await page.getByText("Being deleted").waitFor();
  await button(page, "Restore").click();
  await page.getByText("Open", { exact: true }).waitFor();
  await axe(page);
  await shot(page, "operator-organization");
  await page.getByRole("link", { name: "Log" }).click();
  await page.getByText("organization.suspended").first().waitFor();
  await axe(page);
  await close();
});

test("the operators' console is not on an organization's host, and fits a phone", async () => {
  const elsewhere = await open({ path: "/operator" });
  await elsewhere.page.getByText("The operators' console is not here").waitFor();
  await elsewhere.close();
  const { page, close } = await open({ bare: true, width: 320, height: 640, path: "/operator" });
  await signIn(page);
  await noSidewaysScroll(page);
  await axe(page);
  assert.equal(await page.getByRole("link", { name: "Keys" }).isVisible(), false);
  await close();
});
