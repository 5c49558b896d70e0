import { createRoute } from "@tanstack/react-router";
import { page, shellRoute } from "../../routes.ts";
import { inboxSearch } from "./search.ts";

const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/inbox",
  validateSearch: inboxSearch,
  component: page(() => import("./routes/InboxPage.tsx"), "InboxPage", "inbox", "triage"),
});

export const inboxRoutes = [inboxRoute];
