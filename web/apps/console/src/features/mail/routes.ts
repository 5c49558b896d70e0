import { createRoute } from "@tanstack/react-router";
import { page } from "../../routes.ts";
import { settingsRoute } from "../settings/routes.ts";

const mailboxesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "mailboxes",
  component: page(() => import("./routes/MailboxesPage.tsx"), "MailboxesPage", "mail"),
});

export const mailSettingsRoutes = [mailboxesRoute];
