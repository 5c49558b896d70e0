import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, client, open, organizations, shot } from "./harness.mjs";

const { agent } = organizations.acme.people;

async function typeSignIn(page, { email, password }) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("somebody signs in, comes back to where they wanted to go, and signs out", async () => {
  const { page, close } = await open({ path: "/inbox?list=unassigned" });
  await page.waitForURL("**/sign-in?*");
  await page.getByText("Acme Heating Service").waitFor();
  assert.equal(await page.title(), "Sign in · Acme Heating Service");
  await axe(page);
  await shot(page, "sign-in");
  await typeSignIn(page, { ...agent, password: "wrong-password" });
  await page.getByRole("alert").getByText("E-mail or password is wrong.").waitFor();
  await typeSignIn(page, agent);
  await page.getByRole("heading", { name: "Unassigned", level: 1 }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Unassigned", level: 1 }).waitFor();
  await page.getByRole("navigation").getByRole("button", { name: "Jonas Albrecht" }).click();
  await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
  await page.waitForURL("**/sign-in");
  await close();
});

test("a session that ends is renewed over the page as it is", async () => {
  const { page, context, close } = await open({ role: "agent", path: "/inbox?list=all" });
  await page.getByRole("row").first().waitFor();
  await context.clearCookies();
  await page.route(
    /\/api\/v1\/tickets\/\?/,
    (route) =>
      route.fulfill({
        status: 401,
        contentType: "application/problem+json",
        body: JSON.stringify({ code: "AUTHENTICATION_ERROR" }),
      }),
    { times: 1 },
  );
  await page.getByRole("link", { name: "Unassigned" }).click();
  const again = page.getByRole("dialog", { name: "Sign in again" });
  await again.getByLabel("Password", { exact: true }).fill(agent.password);
  await axe(page);
  await shot(page, "sign-in-again");
  await again.getByRole("button", { name: "Sign in", exact: true }).click();
  await again.waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "Unassigned", level: 1 }).waitFor();
  await page.getByRole("row").first().waitFor();
  await close();
});

test("a link for a new password is asked for", async () => {
  const { page, close } = await open({ path: "/sign-in" });
  await page.getByRole("button", { name: "Forgot the password?" }).click();
  await page.getByLabel("E-mail").fill("nobody@acme.example");
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByText("a link is on its way").waitFor();
  await axe(page);
  await close();
});

test("somebody who was invited sets a password, once, and signs in with it", async () => {
  const call = await client("admin");
  const email = "ines.duarte@acme.example";
  const { invitation_url } = await call("POST", "/users/", { email, name: "Inês Duarte", role: "agent" });
  const path = invitation_url.replace(/^https?:\/\/[^/]+/, "");
  const { page, close } = await open({ path });
  const set = page.getByRole("button", { name: "Set password" });
  await set.click();
  await page.getByText("Choose a password.").waitFor();
  await page.getByLabel("New password").fill("a-long-password-of-hers");
  await page.getByLabel("Once more").fill("another");
  await set.click();
  await page.getByText("The two passwords differ.").waitFor();
  await axe(page);
  await page.getByLabel("Once more").fill("a-long-password-of-hers");
  await set.click();
  await page.getByText("Your password is set.").waitFor();
  assert.equal(new URL(page.url()).hash, "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await typeSignIn(page, { email, password: "a-long-password-of-hers" });
  await page.getByRole("navigation").getByRole("button", { name: "Inês Duarte" }).waitFor();
  const again = await open({ path });
  await again.page.getByLabel("New password").fill("yet-another-password");
  await again.page.getByLabel("Once more").fill("yet-another-password");
  await again.page.getByRole("button", { name: "Set password" }).click();
  await again.page.getByText("This link was used already or is too old.").waitFor();
  await axe(again.page);
  await again.close();
  await close();
});

test("nothing of a person stays on the browser after the sign-out, and what would be lost is said before", async () => {
  const { page, close } = await open({ role: "agent", path: "/tickets/new" });
  await page.getByLabel("Subject").fill("Begun and not made");
  await page.getByRole("navigation").getByRole("button", { name: "Jonas Albrecht" }).click();
  await page.getByRole("menuitem", { name: "Dark" }).click();
  const leave = async () => {
    await page.getByRole("navigation").getByRole("button", { name: "Jonas Albrecht" }).click();
    await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
  };
  await leave();
  const asked = page.getByRole("dialog", { name: "Sign out and lose what you began?" });
  await axe(page);
  await asked.getByRole("button", { name: "Cancel" }).click();
  await leave();
  await asked.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  await page.waitForFunction(() => localStorage.length + sessionStorage.length === 0);
  const kept = await page.evaluate(async () => {
    const stored = async ({ name }) => {
      const opened = indexedDB.open(name);
      await new Promise((done) => {
        opened.onsuccess = done;
      });
      const stores = [...opened.result.objectStoreNames];
      const counts = stores.map((store) => {
        const count = opened.result.transaction(store).objectStore(store).count();
        return new Promise((done) => {
          count.onsuccess = () => done(count.result);
        });
      });
      return (await Promise.all(counts)).reduce((one, other) => one + other, 0);
    };
    return Promise.all((await indexedDB.databases()).map(stored));
  });
  assert.ok(kept.every((count) => count === 0));
  await close();
});
