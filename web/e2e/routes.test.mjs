// Every page there is, in light, dark, Arabic, on a phone and on a wide screen: nothing serious by axe, nothing wider
// than the window. With SHOTS=1 there is a picture of each to look at.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { axe, helpdesk, noSidewaysScroll, open, shot } from "./harness.mjs";
import { anybody, operators, staffPages, walker } from "./pages.mjs";

const staff = await staffPages();

test("the pages below are all there are", () => {
  const features = join(import.meta.dirname, "../apps/console/src/features");
  const visited = [...staff, ...anybody, ...operators].map((address) => new URL(address, "http://x").pathname);
  const missing = readdirSync(features)
    .map((name) => join(features, name, "routes.ts"))
    .filter(existsSync)
    .flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\bpath: "\/?([^"]+)"/g)].map(([, path]) => path))
    .filter((path) => {
      const pattern = new RegExp(`/${path.replace(/\$\w+/g, "[^/]+")}/?$`);
      return path !== "/" && !visited.some((address) => pattern.test(address));
    });
  assert.deepEqual(missing, []);
});

async function look(page, address, name) {
  await noSidewaysScroll(page);
  // React Aria hides the rest of the page from readers while the list of a combo box is open.
  await axe(page, { except: address === "/tickets/new" ? ["aria-hidden-focus"] : [] });
  await picture(page, address, name);
}

const picture = (page, address, name) =>
  process.env.SHOTS && shot(page, `page-${name}${address.replace(/[^a-z0-9]+/g, "-")}`);

const goThere = (page, addresses) => page.goto(addresses.at(-1));

async function walk(addresses, options, arrive = goThere) {
  const { page, close } = await open({ path: "/theme.js", ...options });
  const go = walker(page);
  await arrive(page, addresses);
  await page.locator(":is(h1, h2):visible").first().waitFor();
  for (const address of addresses) {
    await go(address);
    await look(page, address, options.locale ?? "light");
    if (options.locale) continue;
    await page.emulateMedia({ colorScheme: "dark" });
    await look(page, address, "dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 2560, height: 1440 });
    await noSidewaysScroll(page);
    await picture(page, address, "wide");
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await close();
}

const phone = { locale: "ar", width: 320, height: 640 };

test("pages of the staff", () => walk(staff, { role: "admin" }));
test("pages of the staff on a phone, in Arabic", () => walk(staff, { role: "admin", ...phone }));
test("pages for whoever is not signed in", async () => {
  await walk(anybody, {});
  await walk(anybody, phone);
});

test("pages of operators", async () => {
  const [email, password] = ["pages@example.net", "a-long-operator-password"];
  helpdesk(["operator", "create", "--email", email], password);
  const signIn = async (page) => {
    await page.goto("/operator/keys");
    await page.locator("input[type=email]").fill(email);
    await page.locator("input[type=password]").fill(password);
    await page.locator("button[type=submit]").click();
    await page.locator("nav").first().waitFor({ state: "attached" });
  };
  await walk(operators, { bare: true }, signIn);
  await walk(operators, { bare: true, ...phone }, signIn);
});
