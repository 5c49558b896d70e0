import { createRoute } from "@tanstack/react-router";
import { page, shellRoute } from "../../routes.ts";
import { listSearch } from "../settings/listSearch.ts";
import { settingsRoute } from "../settings/routes.ts";

const mailboxesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "mailboxes",
  component: page(() => import("./routes/MailboxesPage.tsx"), "MailboxesPage", "mail"),
});
const templatesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "mail-templates",
  component: page(() => import("./routes/TemplatesPage.tsx"), "TemplatesPage", "mail"),
});
const templateRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "mail-templates/$key",
  component: page(() => import("./routes/TemplatePage.tsx"), "TemplatePage", "mail"),
});
const quarantineRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "quarantine",
  validateSearch: listSearch(),
  component: page(() => import("./routes/QuarantinePage.tsx"), "QuarantinePage", "mail"),
});

export const mailSettingsRoutes = [mailboxesRoute, templatesRoute, templateRoute, quarantineRoute];

const caughtRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/mails",
  validateSearch: listSearch("mail", "to"),
  component: page(() => import("./routes/CaughtPage.tsx"), "CaughtPage", "mail", "settings"),
});

export const mailRoutes = [caughtRoute];
