import { createRoute } from "@tanstack/react-router";
import { page } from "../../routes.ts";
import { listSearch } from "../settings/listSearch.ts";
import { settingsRoute } from "../settings/routes.ts";

const keysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "api-keys",
  validateSearch: listSearch("active"),
  component: page(() => import("./routes/KeysPage.tsx"), "KeysPage", "operations", "people", "permissions"),
});
const auditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "audit",
  validateSearch: listSearch("kind", "action", "about", "from", "to", "ip", "entity"),
  component: page(() => import("./routes/AuditPage.tsx"), "AuditPage", "operations"),
});
const jobsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "jobs",
  validateSearch: listSearch(),
  component: page(() => import("./routes/JobsPage.tsx"), "JobsPage", "operations"),
});

export const operationsRoutes = [keysRoute, auditRoute, jobsRoute];
