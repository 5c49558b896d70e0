import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, noSidewaysScroll, open, organizations, shot } from "./harness.mjs";

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

for (const [name, options] of Object.entries({
  dark: { dark: true },
  phone: { width: 320, height: 640 },
  arabic: { locale: "ar" },
})) {
  test(`the sign-in page: ${name}`, async () => {
    const { page, close } = await open({ ...options, path: "/sign-in" });
    await page.locator("form").waitFor();
    await noSidewaysScroll(page);
    await axe(page);
    await shot(page, `sign-in-${name}`);
    await close();
  });
}
