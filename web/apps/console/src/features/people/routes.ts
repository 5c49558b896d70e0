import { createRoute } from "@tanstack/react-router";
import { page } from "../../routes.ts";
import { listSearch } from "../settings/listSearch.ts";
import { settingsRoute } from "../settings/routes.ts";

const peopleRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "people",
  validateSearch: listSearch("role", "status"),
  component: page(() => import("./routes/PeoplePage.tsx"), "PeoplePage", "people", "words"),
});
const personRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "people/$id",
  component: page(() => import("./routes/PersonPage.tsx"), "PersonPage", "people", "words"),
});
const teamsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "teams",
  validateSearch: listSearch(),
  component: page(() => import("./routes/TeamsPage.tsx"), "TeamsPage", "people"),
});
const rolesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "roles",
  component: page(() => import("./routes/RolesPage.tsx"), "RolesPage", "people", "permissions", "words"),
});
const roleRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "roles/$id",
  component: page(() => import("./routes/RolePage.tsx"), "RolePage", "people", "permissions", "words"),
});

export const peopleRoutes = [peopleRoute, personRoute, teamsRoute, rolesRoute, roleRoute];
