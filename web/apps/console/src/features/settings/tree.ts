import { deskRoutes } from "../desk/routes.ts";
import { mailSettingsRoutes } from "../mail/routes.ts";
import { operationsRoutes } from "../operations/routes.ts";
import { organizationRoutes } from "../organization/routes.ts";
import { peopleRoutes } from "../people/routes.ts";
import { settingsIndexRoute, settingsRoute } from "./routes.ts";

/** All settings, with the sections that other features hang below them. */
export const settingsTree = settingsRoute.addChildren([
  settingsIndexRoute,
  ...organizationRoutes,
  ...peopleRoutes,
  ...deskRoutes,
  ...mailSettingsRoutes,
  ...operationsRoutes,
]);
