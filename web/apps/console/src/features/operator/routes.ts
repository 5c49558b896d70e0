import { createRoute, redirect } from "@tanstack/react-router";
import { page, rootRoute } from "../../routes.ts";
import { listSearch } from "../settings/listSearch.ts";

const texts = ["operator", "settings"] as const;

/** Those who run the installation have a frame of their own; they see nothing of what is inside an organization. */
const operatorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/operator",
  component: page(() => import("./routes/OperatorFrame.tsx"), "OperatorFrame", ...texts),
});
const indexRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/operator/organizations", replace: true });
  },
});
const organizationsRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: "organizations",
  validateSearch: listSearch("status"),
  component: page(() => import("./routes/OrganizationsPage.tsx"), "OrganizationsPage", ...texts),
});
const organizationRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: "organizations/$slug",
  component: page(() => import("./routes/OrganizationPage.tsx"), "OrganizationPage", ...texts, "organization"),
});
const operatorsRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: "operators",
  validateSearch: listSearch(),
  component: page(() => import("./routes/OperatorsPage.tsx"), "OperatorsPage", ...texts),
});
const logRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: "log",
  validateSearch: listSearch("organization"),
  component: page(() => import("./routes/LogPage.tsx"), "LogPage", ...texts),
});
const keysRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: "keys",
  component: page(() => import("./routes/KeysPage.tsx"), "KeysPage", ...texts),
});

export const operatorRoutes = operatorRoute.addChildren([
  indexRoute,
  organizationsRoute,
  organizationRoute,
  operatorsRoute,
  logRoute,
  keysRoute,
]);
