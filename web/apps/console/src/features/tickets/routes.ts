import { createRoute } from "@tanstack/react-router";
import { page, shellRoute } from "../../routes.ts";
import { prefetchTicket } from "./api.ts";

const ticketRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tickets/$number",
  // While the page itself is fetched.
  loader: ({ params }) => {
    if (/^\d+$/.test(params.number)) prefetchTicket(Number(params.number));
  },
  component: page(() => import("./routes/TicketPage.tsx"), "TicketPage", "tickets", "files", "triage"),
});

export const ticketRoutes = [ticketRoute];
