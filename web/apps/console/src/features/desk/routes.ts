import { createRoute } from "@tanstack/react-router";
import { page } from "../../routes.ts";
import { settingsRoute } from "../settings/routes.ts";

const policiesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "sla",
  component: page(() => import("./routes/PoliciesPage.tsx"), "PoliciesPage", "desk"),
});

const statusesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "statuses",
  component: page(() => import("./routes/StatusesPage.tsx"), "StatusesPage", "desk"),
});

export const deskRoutes = [policiesRoute, statusesRoute];
