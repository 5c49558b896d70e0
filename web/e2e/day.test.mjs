// What an agent does beside the inbox: dashboard, customers, new tickets, search, palette, notifications, profile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, open, organizations, shot } from "./harness.mjs";

const word = () => Math.random().toString(36).slice(2, 8);

/** Calls the API as a person, beside the browser. */
async function call(role, method, path, body) {
  const { url, people } = organizations.acme;
  const headers = { "Content-Type": "application/json" };
  const { email, password } = people[role];
  const signedIn = await fetch(`http://127.0.0.1:${new URL(url).port}/api/v1/auth/login/`, {
    method: "POST",
    headers,
    body: JSON.stringify({ email, password, organization: "acme" }),
  });
  const { access } = await signedIn.json();
  const answer = await fetch(`http://127.0.0.1:${new URL(url).port}/api/v1/${path}`, {
    method,
    headers: { ...headers, Authorization: `Bearer ${access}` },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
}

test("every figure of the dashboard opens its list", async () => {
  const { page, close } = await open({ role: "agent", path: "/dashboard" });
  await page.getByRole("img", { name: /tickets arrived/ }).waitFor();
  await axe(page);
  await shot(page, "dashboard");
  for (const [name, address] of [
    [/^Open/, /\/inbox\?list=all/],
    [/^Resolved today/, /\/search\?resolved_after=/],
    [/^Overdue/, /\/inbox\?list=overdue/],
    [/^Unassigned/, /\/inbox\?list=unassigned/],
    [/^Urgent/, /\/inbox\?list=all&priority=/],
    [/^On hold/, /\/inbox\?list=all&status=/],
  ]) {
    await page.getByRole("main").getByRole("link", { name }).first().click();
    await page.waitForURL(address);
    await page.goBack();
    await page.getByRole("img", { name: /tickets arrived/ }).waitFor();
  }
  await page.getByRole("radio", { name: "Table" }).click();
  const day = page
    .getByRole("region", { name: /30 days/ })
    .getByRole("link")
    .first();
  const count = await day.textContent();
  await day.click();
  await page.waitForURL(/\/search\?(created|resolved)_after=/);
  await page.getByRole("radio", { name: `Tickets ${count}` }).waitFor();
  await close();
});

test("a customer is added, found, changed, suspended and taken back", async () => {
  const name = `Ines ${word()}`;
  const email = `${word()}@example.org`;
  const { page, close } = await open({ role: "agent", path: "/customers" });
  await page.getByRole("link", { name: /Agnes Pohl/ }).waitFor();
  await axe(page);
  await shot(page, "customers");
  await page.getByRole("button", { name: "New customer" }).click();
  const form = page.getByRole("dialog", { name: "New customer" });
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("E-mail").fill("agnes.pohl@example.com");
  await form.getByRole("button", { name: "Create customer" }).click();
  await form.locator("[slot=errorMessage], .text-late").first().waitFor();
  await form.getByLabel("E-mail").fill(email);
  await form.getByRole("button", { name: "Create customer" }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  await axe(page);
  await page.getByRole("button", { name: "Edit" }).click();
  const edit = page.getByRole("dialog", { name: "Edit" });
  await edit.getByLabel("Company").fill("Ruiz & Sons");
  await edit.getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "Ruiz & Sons" }).waitFor();
  await page.getByRole("button", { name: "Suspend" }).click();
  await page.getByText("is suspended and cannot sign in").waitFor();
  await page.keyboard.press("z");
  await page.getByText("is suspended and cannot sign in").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Delete" }).click();
  await page.waitForURL(/\/customers$/);
  await page.getByText("is deleted.").waitFor();
  await page.keyboard.press("z");
  await page.getByText("is back.").waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "Ruiz & Sons" }).click();
  await page.waitForURL(/company=Ruiz/);
  await page
    .getByRole("textbox", { name: "Search customers" })
    .or(page.getByRole("searchbox"))
    .first()
    .fill("nobody-there");
  await page.getByText("No customer fits").waitFor();
  await close();
});

test("a ticket is made for a customer who is found while typing, with an attachment", async () => {
  const subject = `Radiator ${word()}`;
  const { page, close } = await open({ role: "agent", path: "/inbox?list=all" });
  await page.getByRole("grid").waitFor();
  // Typed without a look at the page: it belongs to the field that has the focus when it comes.
  await page.keyboard.type("cagnes");
  await page.waitForURL("**/tickets/new");
  await page.getByRole("option", { name: /Agnes Pohl/ }).click();
  await page.getByRole("heading", { name: "Open tickets of this customer" }).waitFor();
  await page.getByLabel("Subject").fill(subject);
  await page.getByLabel("Description").fill("It stays cold.");
  await page.setInputFiles("input[type=file]", {
    name: "meter.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("0.3 bar"),
  });
  await page.getByRole("button", { name: "Remove meter.txt" }).waitFor();
  await axe(page);
  await shot(page, "new-ticket");
  // What was begun survives a reload.
  await page.reload();
  assert.equal(await page.getByLabel("Subject").inputValue(), subject);
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/\/tickets\/\d+$/);
  await page.getByText(subject).first().waitFor();
  await close();
});

test("a ticket makes its customer", async () => {
  const email = `${word()}@example.org`;
  const { page, close } = await open({ role: "agent", path: "/tickets/new" });
  await page.getByRole("combobox", { name: "Customer" }).fill(email);
  await page.getByRole("option", { name: /New customer/ }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Noor Haddad");
  await page.getByLabel("Subject").fill(`Boiler ${word()}`);
  await page.getByRole("button", { name: "Create ticket" }).click();
  await page.waitForURL(/\/tickets\/\d+$/);
  await page.getByText("Noor Haddad").first().waitFor();
  await close();
});

test("the search finds tickets and customers, and the address keeps it", async () => {
  const { page, close } = await open({ role: "agent", path: "/dashboard" });
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
  await page.keyboard.press("/");
  await page.locator("input[type=search]:focus").waitFor();
  await page.keyboard.type("boiler");
  const found = page.getByRole("list", { name: "Tickets" });
  await found.getByRole("listitem").first().waitFor();
  await page.waitForURL(/find=boiler/);
  await page.reload();
  await found.getByRole("listitem").first().waitFor();
  assert.ok((await page.locator("mark").count()) > 0);
  await axe(page);
  await shot(page, "search");
  await page.getByRole("searchbox").fill("whitlock");
  await page.getByRole("radio", { name: /^Customers 1/ }).click();
  await page.getByRole("link", { name: /Hannah Whitlock/ }).click();
  await page.getByRole("heading", { name: "Hannah Whitlock", level: 1 }).waitFor();
  await close();
});

test("the palette opens at once and finds commands, tickets by number and people", async () => {
  const { page, close } = await open({ role: "agent", path: "/dashboard" });
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
  const palette = page.getByRole("dialog", { name: "Commands" });
  const type = async (text) => {
    await page.keyboard.press("Control+k");
    await palette.waitFor();
    await page.keyboard.type(text);
  };
  // All commands: a list that scrolls.
  await type("> ");
  await palette.getByRole("option", { name: /Theme: dark/ }).waitFor();
  await axe(page);
  await page.keyboard.type("dark");
  await palette.getByRole("option", { name: /Theme: dark/ }).waitFor();
  await shot(page, "palette");
  await page.keyboard.press("Escape");
  await type("#600");
  await palette.getByRole("option", { name: /#600/ }).click();
  await page.waitForURL("**/tickets/600");
  await type("@whitlock");
  await palette.getByRole("option", { name: /Hannah Whitlock/ }).click();
  await page.waitForURL(/\/customers\/cus_/);
  await type("radiator");
  await palette.getByRole("option", { name: /Search for/ }).click();
  await page.waitForURL(/find=radiator/);
  await close();
});

test("who is given a ticket is told, reads it, and decides how", async () => {
  const me = await call("agent", "GET", "users/me/");
  const ticket = await call("manager", "POST", "tickets/", { subject: `Told ${word()}` });
  const { page, close } = await open({ role: "agent", path: "/dashboard" });
  await page.getByRole("button", { name: /^Notifications/ }).waitFor();
  await call("manager", "POST", `tickets/${ticket.id}/assign/`, { assignee_id: me.id });
  // Within a second or so, and nobody reloads.
  await page.getByRole("button", { name: /^Notifications: \d+ not read/ }).click();
  const line = page.getByRole("dialog").getByRole("link", { name: new RegExp(`gave you a ticket.*${ticket.number}`) });
  await line.waitFor();
  await axe(page, { except: ["aria-hidden-focus"] });
  await shot(page, "bell");
  await line.click();
  await page.waitForURL(`**/tickets/${ticket.number}`);
  await page.goto("/notifications");
  await page
    .getByRole("list", { name: "Notifications" })
    .getByRole("link", { name: /gave you a ticket/ })
    .first()
    .waitFor();
  await axe(page);
  await page.goto("/profile?part=notifications");
  const box = page.getByRole("checkbox", { name: /A deadline of mine is near: E-mail/ });
  const before = await box.isChecked();
  const saved = page.waitForResponse((answer) => answer.url().includes("notifications/preferences/") && answer.ok());
  await page.locator("label", { has: box }).click();
  await saved;
  await page.reload();
  await box.waitFor();
  assert.equal(await box.isChecked(), !before);
  await axe(page);
  await shot(page, "profile-notifications");
  await close();
});

test("somebody renames themselves, and changes the look everywhere", async () => {
  const { page, close } = await open({ role: "viewer", path: "/profile" });
  await page.getByLabel("Name").fill("Renate Oswald-Klein");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Renate Oswald-Klein" }).waitFor();
  await page.getByRole("radio", { name: "Busy" }).click();
  await axe(page);
  await shot(page, "profile");
  await page.getByRole("tab", { name: "Display" }).click();
  const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok());
  await page.getByRole("radio", { name: "Dark" }).click();
  await saved;
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await axe(page);
  await shot(page, "profile-look");
  await close();
  // Another browser of the same person looks the same.
  const other = await open({ role: "viewer", path: "/profile?part=look" });
  await other.page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await other.page.getByRole("tab", { name: "Sign-in" }).click();
  await other.page.getByText("This one").waitFor();
  await other.page.getByRole("button", { name: "Set it up" }).click();
  await other.page.getByRole("dialog").getByRole("textbox", { name: "Password" }).fill(other.person.password);
  await other.page.getByRole("button", { name: "Continue" }).click();
  await other.page.getByRole("img", { name: /authenticator app/ }).waitFor();
  await axe(other.page);
  await shot(other.page, "second-factor");
  await other.close();
});
