import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { page, shellRoute } from "../../routes.ts";

const dashboardRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/dashboard",
  validateSearch: v.object({
    /** The chart as a picture, or its figures as a table. */
    chart: v.optional(v.fallback(v.picklist(["lines", "table"]), "lines")),
  }),
  component: page(() => import("./routes/DashboardPage.tsx"), "DashboardPage", "dashboard", "words"),
});

export const dashboardRoutes = [dashboardRoute];
