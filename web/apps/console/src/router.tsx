import { createRoute, createRouter, redirect } from "@tanstack/react-router";
import { customersRoutes } from "./features/customers/routes.ts";
import { dashboardRoutes } from "./features/dashboard/routes.ts";
import { identityRoutes } from "./features/identity/routes.ts";
import { inboxRoutes } from "./features/inbox/routes.ts";
import { mailRoutes } from "./features/mail/routes.ts";
import { newTicketRoutes } from "./features/newTicket/routes.ts";
import { notificationsRoutes } from "./features/notifications/routes.ts";
import { operatorRoutes } from "./features/operator/routes.ts";
import { profileRoutes } from "./features/profile/routes.ts";
import { searchRoutes } from "./features/search/routes.ts";
import { settingsTree } from "./features/settings/tree.ts";
import { ticketRoutes } from "./features/tickets/routes.ts";
import { rootRoute, shellRoute } from "./routes.ts";
import { ErrorPage, NotFound } from "./shell/ErrorPage.tsx";

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/inbox", replace: true });
  },
});

const adminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/admin",
  beforeLoad: () => {
    throw redirect({ href: "/settings", replace: true });
  },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    indexRoute,
    adminRoute,
    ...identityRoutes,
    operatorRoutes,
    shellRoute.addChildren([
      ...inboxRoutes,
      ...ticketRoutes,
      ...mailRoutes,
      settingsTree,
      ...customersRoutes,
      ...dashboardRoutes,
      ...newTicketRoutes,
      ...notificationsRoutes,
      ...profileRoutes,
      ...searchRoutes,
    ]),
  ]),
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFound,
  defaultPreload: "intent",
  scrollRestoration: false,
});
declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
