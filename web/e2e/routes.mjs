// Every page there is: nothing serious by axe, nothing wider than the window, and a picture to look at.
import { test } from "node:test";
import { axe, noSidewaysScroll, open, shot } from "./harness.mjs";

const pages = [
  "/dashboard",
  "/inbox?list=all",
  "/inbox?list=all&mode=table",
  "/tickets/480",
  "/customers",
  "/search?q=boiler",
  "/notifications",
  "/profile",
  "/tickets/new",
  "/settings",
  ...[
    "general",
    "branding",
    "people",
    "roles",
    "teams",
    "sla",
    "mailboxes",
    "api-keys",
    "audit",
    "jobs",
    "domains",
    "sign-in",
    "exports",
  ].map((name) => `/settings/${name}`),
  "/nothing-here",
];
const looks = { light: {}, dark: { dark: true }, narrow: { width: 320, height: 640 }, arabic: { locale: "ar" } };

for (const [look, options] of Object.entries(looks)) {
  test(`every page: ${look}`, async (t) => {
    const { page, close } = await open({ ...options, role: "admin", path: "/theme.js" });
    for (const path of pages) {
      await t.test(path, async () => {
        await page.goto(path);
        await page.locator("h1:visible, h2:visible").first().waitFor();
        await page.waitForLoadState("networkidle");
        await noSidewaysScroll(page);
        // React Aria hides the rest of the page from readers while the list of a combo box is open.
        await axe(page, { except: path === "/tickets/new" ? ["aria-hidden-focus"] : [] });
        await shot(page, `page${path.replace(/[^a-z0-9]+/g, "-")}-${look}`);
      });
    }
    await close();
  });
}
