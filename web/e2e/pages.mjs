// The pages of the console, and how tests go through them without loading each anew.
import { client } from "./harness.mjs";

/** Every page of the staff. Of two that follow each other, each has a heading of its own. */
export async function staffPages(org = "acme") {
  const call = await client("admin", org);
  const first = async (path, fits = () => true) => (await call("GET", path)).results.find(fits).id;
  const { number } = (await call("GET", "/tickets/")).results[0];
  const customer = await first("/customers/");
  const person = await first("/users/", (one) => one.role === "agent");
  const role = await first("/roles/", (one) => one.key === "agent");
  const settings = ["general", "branding", "domains", "exports", "people", `people/${person}`, "teams", "roles"];
  settings.push(`roles/${role}`, "sign-in", "sign-in/new", "api-keys", "statuses", "sla", "mailboxes");
  settings.push("mail-templates", "mail-templates/invitation", "quarantine", "audit", "jobs");
  return [
    "/dashboard",
    "/inbox?list=all",
    "/dashboard?chart=table",
    "/inbox?list=all&mode=table",
    `/tickets/${number}`,
    "/customers",
    `/customers/${customer}`,
    "/profile",
    "/search?find=boiler",
    "/profile?part=look",
    "/search?find=example.com&in=customers",
    "/profile?part=security",
    "/tickets/new",
    "/profile?part=notifications",
    "/notifications",
    "/profile?part=keys",
    "/mails",
    "/settings",
    ...settings.map((path) => `/settings/${path}`),
    "/nothing-here",
  ];
}

/** Pages for whoever is not signed in. */
export const anybody = ["/sign-in?step=refused", "/set-password#token", "/sign-in", "/verify#token"];

/** Pages of the operators' console. */
export const operators = ["organizations", "operators", "", "organizations/acme", "log", "keys"].map(
  (path) => `/operator/${path}`,
);

/** Gives what goes on to an address as links do, and is done when the page is all there. Made before the first page is. */
export function walker(page) {
  let open = 0;
  page.on("request", () => open++);
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, () => open--);
  return async (address) => {
    await page.evaluate((address) => {
      for (const heading of document.querySelectorAll("h1, h2")) heading.dataset.old = "";
      history.pushState(null, "", address);
    }, address);
    const heading = page.locator(":is(h1, h2):not([data-old]):visible").first();
    await heading.waitFor().catch((error) => {
      throw new Error(`${address} did not come: ${error.message}`);
    });
    while (open > 0) await Promise.race([page.waitForEvent("requestfinished"), page.waitForEvent("requestfailed")]);
    await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
  };
}
