import { createRoute } from "@tanstack/react-router";
import { page, shellRoute } from "../../routes.ts";

const ticketRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tickets/$number",
  component: page(() => import("./routes/TicketPage.tsx"), "TicketPage", "tickets", "files", "triage"),
});

export const ticketRoutes = [ticketRoute];
