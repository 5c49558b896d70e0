import assert from "node:assert/strict";
import { before, test } from "node:test";
import { axe, client, noSidewaysScroll, open, shot } from "./harness.mjs";

let agent;
let manager;
before(async () => {
  [agent, manager] = [await client("agent"), await client("manager")];
  await agent("PATCH", "/users/me/", { preferences: { undo_send_seconds: 5, shortcuts_enabled: true, shortcuts: {} } });
});

const ticketOf = (subject, more = {}) =>
  agent("POST", "/tickets/", {
    subject,
    description: "It stopped again this morning.",
    customer_email: "marta.ruiz@example.com",
    customer_name: "Marta Ruiz",
    ...more,
  });
const reply = (page) => page.getByRole("textbox", { name: "Reply to the customer" });
const note = (page) => page.getByRole("textbox", { name: "Internal note" });

test("a ticket is read: messages, notes, quoted text, blocked pictures", async () => {
  const { number } = await ticketOf("Boiler shows E119 again");
  await agent("POST", `/tickets/${number}/messages/`, { body: "Call Luis **first**.", visibility: "internal" });
  await agent("POST", `/tickets/${number}/messages/`, {
    format: "html",
    body: `<table><tr><td>0.3 bar</td></tr></table><img src="https://tracker.example/x.png" alt="logo"><p>On Tue, 17 Nov 2026 Ana wrote:</p><blockquote>what was said before</blockquote>`,
  });
  const { page, close } = await open({ role: "agent", path: `/tickets/${number}` });
  await page.getByRole("article").nth(2).waitFor();
  await page.getByText("internal note").waitFor();
  const mail = page.frameLocator('iframe[title="Message as it was sent"]');
  await mail.getByText("0.3 bar").waitFor();
  assert.equal(await mail.getByText("what was said before").isVisible(), false);
  await page.getByRole("button", { name: "Show quoted text" }).click();
  await mail.getByText("what was said before").waitFor();
  assert.equal(await mail.locator("img[src]").count(), 0);
  await axe(page);
  await shot(page, "ticket");
  await close();
});

test("what an agent writes: draft, undo, answer with a status, note with a mention", async () => {
  const { number } = await ticketOf("Radiator stays cold");
  const { page, close } = await open({ role: "agent", path: `/tickets/${number}` });
  await page.keyboard.press("r");
  // Markdown signs are the editor's; the field before it takes plain text.
  await page.locator("[contenteditable]").waitFor();
  await page.keyboard.type("We come **today** ");
  await page.getByText(/Draft saved/).waitFor();
  await page.reload();
  await reply(page).getByText("We come today").waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("at ten");
  await page.keyboard.press("Control+Enter");
  await page.getByText(/Sending in/).waitFor();
  await page.keyboard.press("z");
  await page.getByText(/Sending in/).waitFor({ state: "detached" });
  await reply(page).getByText("We come today").waitFor();
  await page.keyboard.press("Control+Shift+Enter");
  await page.getByText(/Sending in/).waitFor();
  await page.keyboard.press("n");
  await page.keyboard.type("Ask @sask");
  await page.getByRole("option", { name: "Saskia Verbeek" }).waitFor();
  await axe(page);
  await page.keyboard.press("Enter");
  await page.keyboard.type("please");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("article").getByText("@Saskia Verbeek").waitFor();
  await page.getByRole("button", { name: "Status: Resolved" }).waitFor({ timeout: 20_000 });
  const { results } = await agent("GET", `/tickets/${number}/messages/?ordering=-seq`);
  const sent = results.find((message) => message.visibility === "public" && message.seq > 1);
  assert.match(sent.body_html, /<strong>today<\/strong>/);
  await close();
});

test("files are attached, cancelled and removed; who gets the answer is seen", async () => {
  const { number } = await ticketOf("Invoice copy");
  const { page, close } = await open({ role: "agent", path: `/tickets/${number}` });
  const choose = page.locator('input[type="file"]');
  await choose.setInputFiles([
    { name: "<img src=x onerror=alert(1)>.txt", mimeType: "text/plain", buffer: Buffer.from("one") },
    { name: "two.txt", mimeType: "text/plain", buffer: Buffer.from("two") },
  ]);
  await page.getByRole("button", { name: "Remove two.txt" }).click();
  await page.getByRole("button", { name: "Cc", exact: true }).click();
  const copy = page.getByLabel("Cc", { exact: true });
  await copy.fill("not an address");
  await copy.press("Enter");
  await page.getByText("This is not a mail address.").waitFor();
  await copy.fill("luis@example.com");
  await copy.press("Enter");
  await page.getByText("+1").waitFor();
  await axe(page);
  await reply(page).click();
  await page.keyboard.type("Here it is.");
  await page.keyboard.press("Control+Enter");
  await page.getByText(/Sending in/).waitFor();
  await page.getByRole("article").getByText("copy to luis@example.com").waitFor({ timeout: 20_000 });
  const { results } = await agent("GET", `/tickets/${number}/messages/?ordering=-seq`);
  assert.equal(results[0].attachments.length, 1);
  await close();
});

test("files arrive together, before the draft is there, and stay with what they were chosen for", async () => {
  const { id, number } = await ticketOf("Three files");
  await agent("PUT", `/tickets/${id}/drafts/reply/`, { rev: 1, body: "<p>Begun</p>", format: "html", attachments: [] });
  const { page, close } = await open({ role: "agent", path: "/theme.js" });
  const hold = async (pattern, method) => {
    let release;
    const released = new Promise((done) => {
      release = done;
    });
    await page.route(pattern, async (route) => {
      if (route.request().method() === method) await released;
      await route.fallback();
    });
    return release;
  };
  const file = (name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) });
  const releaseDraft = await hold("**/drafts/reply/", "GET");
  await page.goto(`/tickets/${number}`);
  let arrived = 0;
  page.on("response", (answer) => answer.url().endsWith("/files/") && arrived++);
  await page.locator('input[type="file"]').setInputFiles([file("one.txt"), file("two.txt")]);
  while (arrived < 2) await page.waitForEvent("response");
  releaseDraft();
  await page.getByRole("button", { name: "Remove one.txt" }).waitFor();
  await page.getByRole("button", { name: "Remove two.txt" }).waitFor();
  await reply(page).getByText("Begun").waitFor();
  const releaseFile = await hold("**/files/", "POST");
  await page.locator('input[type="file"]').setInputFiles(file("three.txt"));
  await page.getByRole("button", { name: "Do not attach three.txt" }).waitFor();
  await page.getByRole("button", { name: "Note", exact: true }).click();
  await note(page).waitFor();
  const saved = page.waitForResponse(
    (answer) => answer.request().method() === "PUT" && answer.request().postDataJSON().attachments?.length === 3,
  );
  releaseFile();
  await saved;
  assert.equal(await page.getByRole("button", { name: /three.txt/ }).count(), 0);
  const kept = await agent("GET", `/tickets/${id}/drafts/reply/`);
  assert.deepEqual(kept.attachments.map(({ name }) => name).sort(), ["one.txt", "three.txt", "two.txt"]);
  assert.match(kept.body, /Begun/);
  await close();
});

test("somebody who answered meanwhile is told before sending", async () => {
  const { number } = await ticketOf("Two agents, one ticket");
  const { page, close } = await open({ role: "agent", path: `/tickets/${number}` });
  await page.keyboard.press("r");
  await page.keyboard.type("My answer");
  await page.getByRole("article").first().waitFor();
  await manager("POST", `/tickets/${number}/messages/`, { body: "Their answer" });
  await page.keyboard.press("Control+Enter");
  const warning = page.getByRole("alertdialog", { name: "Before you send" });
  await warning.getByText(/Saskia Verbeek wrote/).waitFor();
  await axe(page);
  await warning.getByRole("button", { name: "Send anyway" }).click();
  await page.getByText(/Sending in/).waitFor();
  await close();
});

test("two agents see each other look, type, write and change the ticket", async () => {
  const { number } = await ticketOf("Seen by two");
  const one = await open({ role: "agent", path: `/tickets/${number}` });
  const two = await open({ role: "manager", path: `/tickets/${number}` });
  await one.page.getByRole("img", { name: "Saskia Verbeek is looking" }).waitFor();
  await two.page.keyboard.press("r");
  await two.page.keyboard.type("Hello from the other side");
  await one.page.getByText("Saskia Verbeek is typing…").waitFor();
  await manager("POST", `/tickets/${number}/messages/`, { body: "A live message" });
  await one.page.getByRole("article").getByText("A live message").waitFor();
  await manager("PATCH", `/tickets/${number}/`, { priority: "urgent" });
  await one.page.getByRole("button", { name: /^Urgent/ }).waitFor();
  await one.close();
  await two.close();
});

test("edits of other fields merge, edits of the same field ask", async () => {
  const { number } = await ticketOf("Stale edits", { priority: "low" });
  // No hint comes, so the page knows nothing of what the other does.
  const { page, close } = await open({ role: "agent", path: `/tickets/${number}`, isDeaf: true });
  const priority = page.getByRole("button", { name: /Priority$/ });
  await priority.waitFor();
  await manager("PATCH", `/tickets/${number}/`, { tags: ["noise"] });
  await priority.click();
  await page.getByRole("option", { name: "High" }).click();
  await page.getByText("Priority: High").first().waitFor();
  await page.getByRole("button", { name: "Remove the tag noise" }).waitFor();
  await manager("PATCH", `/tickets/${number}/`, { priority: "urgent" });
  await priority.click();
  await page.getByRole("option", { name: "Medium" }).click();
  const clash = page.getByRole("dialog", { name: "Somebody else changed this too" });
  await clash.getByRole("cell", { name: "Urgent" }).waitFor();
  await axe(page);
  await clash.getByRole("button", { name: "Use mine" }).click();
  await clash.waitFor({ state: "detached" });
  await page.waitForFunction(() => !document.querySelector('[role="dialog"]'));
  await page.getByRole("button", { name: /^Medium/ }).waitFor();
  await close();
});

test("nothing that people send runs", async () => {
  const evil = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
  const { number } = await ticketOf(evil, {
    customer_name: evil,
    customer_email: "evil@example.com",
    tags: ["<img src=x onerror=window.hit=1>"],
  });
  const bodies = [
    evil,
    `<table><tr><td><a href="javascript:window.hit=1">press</a><svg onload="window.hit=1"></svg></td></tr></table>`,
    `<iframe srcdoc="<script>top.hit=1</script>"></iframe><form action="/x"><button>go</button></form>`,
    `<div style="position:fixed;inset:0" onclick="window.hit=1">cover</div><math><mtext></p><style><img src=x onerror=window.hit=1></style></math>`,
    `<a href="mention:usr_x&quot; onmouseover=&quot;window.hit=1">@x</a><base href="//evil.example/">`,
  ];
  for (const body of bodies) await agent("POST", `/tickets/${number}/messages/`, { body, format: "html" });
  const { page, close } = await open({ role: "agent", path: `/tickets/${number}` });
  await page.getByRole("article").nth(5).waitFor();
  for (const link of await page.getByText("press").all()) await link.click();
  for (const frame of page.frames()) {
    assert.equal(await frame.evaluate(() => window.hit).catch(() => undefined), undefined);
    assert.equal(await frame.locator("script:not([src])").count(), 0);
  }
  await close();
});

test("who may not write is offered nothing to write", async () => {
  const { number } = await ticketOf("Read only");
  const { page, close } = await open({ role: "viewer", path: `/tickets/${number}` });
  await page.getByRole("article").first().waitFor();
  assert.equal(await reply(page).count(), 0);
  assert.equal(await note(page).count(), 0);
  assert.equal(await page.getByRole("button", { name: /^Status:/ }).count(), 0);
  await axe(page);
  await close();
});

test("a ticket that is not there says so; keys in a mail reach the page", async () => {
  const missing = await open({ role: "agent", path: "/tickets/999999" });
  await missing.page.getByText("There is no such ticket").waitFor();
  await missing.close();
  const { number } = await ticketOf("Keys");
  const body = "<table><tr><td>inside the mail</td></tr></table>";
  await agent("POST", `/tickets/${number}/messages/`, { body, format: "html" });
  const { page, close } = await open({ role: "agent", path: `/tickets/${number}` });
  await page.frameLocator("iframe").getByText("inside the mail").click();
  await page.keyboard.press("n");
  await note(page).waitFor();
  await close();
});

for (const [name, options] of Object.entries({
  dark: { dark: true },
  phone: { width: 320, height: 640 },
  arabic: { locale: "ar" },
})) {
  test(`the ticket page: ${name}`, async () => {
    const { number } = await ticketOf(`Seen: ${name}`, { priority: "urgent", tags: ["gas"] });
    await agent("POST", `/tickets/${number}/messages/`, { body: "Call Luis first.", visibility: "internal" });
    const { page, close } = await open({ ...options, role: "agent", path: `/tickets/${number}` });
    await page.getByRole("article").nth(1).waitFor();
    await noSidewaysScroll(page);
    await axe(page);
    await shot(page, `ticket-${name}`);
    await close();
  });
}
