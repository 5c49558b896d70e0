import { createRoute } from "@tanstack/react-router";
import { page } from "../../routes.ts";
import { settingsRoute } from "../settings/routes.ts";

const policiesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "sla",
  component: page(() => import("./routes/PoliciesPage.tsx"), "PoliciesPage", "desk"),
});

export const deskRoutes = [policiesRoute];
