import { createRoute } from "@tanstack/react-router";
import { page, shellRoute } from "../../routes.ts";
import { prepareList } from "./api.ts";
import { inboxSearch } from "./search.ts";

const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/inbox",
  validateSearch: inboxSearch,
  // Which ticket is open changes nothing about the list.
  loaderDeps: ({ search: { ticket: _ticket, mode: _mode, group: _group, ...list } }) => list,
  loader: ({ deps }) => prepareList(deps),
  component: page(() => import("./routes/InboxPage.tsx"), "InboxPage", "inbox", "triage"),
});

export const inboxRoutes = [inboxRoute];
