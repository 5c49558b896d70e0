// A working day without a mouse: nothing here is clicked, filled or focused but by keys.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { axe, client, longTicket, open, organizations, shot } from "./harness.mjs";

const { email, password } = organizations.acme.people.manager;
before(async () => {
  const manager = await client("manager");
  await manager("PATCH", "/users/me/", {
    preferences: { undo_send_seconds: 5, shortcuts_enabled: true, shortcuts: {} },
  });
});

test("a day without a mouse", async () => {
  const { page, close } = await open({ path: "/" });
  const { keyboard } = page;
  const words = `We look at it today, ${Date.now()}.`;
  const palette = async (text) => {
    await keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Commands" }).waitFor();
    await keyboard.type(text);
    await keyboard.press("Enter");
  };
  await page.locator("input[type=email]:focus").waitFor();
  await keyboard.type(email);
  await keyboard.press("Tab");
  await keyboard.type(password);
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "Mine", level: 1 }).waitFor();
  await keyboard.type("gu");
  await page.getByRole("heading", { name: "Unassigned", level: 1 }).waitFor();
  for (const key of ["j", "j", "k"]) await keyboard.press(key);
  await keyboard.press("Enter");
  await page.waitForURL(/\/tickets\/\d+$/);

  await keyboard.type(`r${words}`);
  await keyboard.press("Control+Enter");
  await page.getByText(/Sending in/).waitFor();
  await keyboard.press("p");
  await page.getByRole("dialog", { name: /^Priority/ }).waitFor();
  await keyboard.type("urg");
  await keyboard.press("Enter");
  await page.getByRole("button", { name: /^Urgent/ }).waitFor();
  await keyboard.press("y");
  await page.getByRole("dialog", { name: /^Status/ }).waitFor();
  await keyboard.type("pend");
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "Status: Pending" }).waitFor();
  await keyboard.press("m");
  await page.getByText("The ticket is yours").waitFor();
  await keyboard.type(`nNoted: ${words}`);
  await keyboard.press("Control+Enter");
  await page.getByRole("article").getByText(`Noted: ${words}`).waitFor();
  await page.getByRole("article").getByText(words, { exact: true }).waitFor();
  await axe(page);

  await palette("new ticket");
  await page.waitForURL("**/tickets/new");
  await page.getByRole("combobox", { name: "Customer" }).waitFor();
  await keyboard.type("agnes");
  await page.getByRole("option", { name: /Agnes Pohl/ }).waitFor();
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "Another" }).or(page.getByText("Agnes Pohl").first()).first().waitFor();
  while (
    !(await page.evaluate(() => document.activeElement?.closest("label, div")?.textContent?.startsWith("Subject")))
  )
    await keyboard.press("Tab");
  await keyboard.type("No hot water in the kitchen");
  await keyboard.press("Control+Enter");
  await page.waitForURL(/\/tickets\/\d+$/);
  await page.getByRole("heading", { name: "No hot water in the kitchen" }).waitFor();

  await keyboard.press("/");
  await page.locator("input[type=search]:focus").waitFor();
  await keyboard.type("kitchen");
  await page
    .getByRole("list", { name: "Tickets" })
    .getByText(/kitchen/)
    .first()
    .waitFor();
  await keyboard.press("Tab");
  await keyboard.type("gs");
  await page.waitForURL("**/settings**");
  await palette("sign out");
  await page.waitForURL("**/sign-in");
  await close();
});

test("a thread of 2 000 messages is read from its end to its beginning", async () => {
  const number = longTicket(2_000);
  const { page, close } = await open({ role: "agent", path: `/tickets/${number}` });
  const entry = (seq) => page.getByRole("article").filter({ hasText: new RegExp(`Message number ${seq}(?!\\d)`) });
  await entry(2000).waitFor();
  const feed = page.getByRole("feed");
  assert.ok((await page.getByRole("article").count()) < 60, "only what is near the view is drawn");
  // Up by the keyboard, message for message, then at once to the beginning and back.
  await page.keyboard.press("h");
  for (let presses = 0; presses < 12; presses++) await page.keyboard.press("ArrowUp");
  const at = await page.evaluate(() => document.activeElement?.textContent ?? "");
  assert.match(at, /Message number 19\d\d/);
  await feed.evaluate((element) => {
    element.scrollTop = 0;
  });
  await entry(1).waitFor();
  await entry(2).waitFor();
  await feed.evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2;
  });
  await page.waitForFunction(() =>
    [...document.querySelectorAll("[role=feed] article")].some((one) =>
      /Message number (9|1[01])\d\d/.test(one.textContent),
    ),
  );
  await axe(page);
  await shot(page, "ticket-long");
  await page.keyboard.type("rStill there?");
  await page.getByRole("textbox", { name: "Reply to the customer" }).getByText("Still there?").waitFor();
  await close();
});
