import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { page, shellRoute } from "../../routes.ts";

const notificationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/notifications",
  validateSearch: v.object({ show: v.optional(v.fallback(v.picklist(["all", "unread"]), "all")) }),
  component: page(() => import("./routes/NotificationsPage.tsx"), "NotificationsPage", "notifications"),
});

export const notificationsRoutes = [notificationsRoute];
