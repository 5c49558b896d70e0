import { createRoute, redirect } from "@tanstack/react-router";
import * as v from "valibot";
import { may } from "../../app.ts";
import { page, shellRoute } from "../../routes.ts";

const newTicketRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tickets/new",
  validateSearch: v.object({
    /** For whom, when that is known already. */
    customer: v.optional(v.fallback(v.string(), "")),
  }),
  beforeLoad: () => {
    if (!may("tickets:create")) throw redirect({ to: "/inbox", replace: true });
  },
  component: page(() => import("./routes/NewTicketPage.tsx"), "NewTicketPage", "newTicket", "files", "words"),
});

export const newTicketRoutes = [newTicketRoute];
