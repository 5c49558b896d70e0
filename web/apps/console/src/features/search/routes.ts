import { createRoute } from "@tanstack/react-router";
import { page, shellRoute } from "../../routes.ts";
import { searchSearch } from "./search.ts";

const searchRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/search",
  validateSearch: searchSearch,
  component: page(() => import("./routes/SearchPage.tsx"), "SearchPage", "search", "words"),
});

export const searchRoutes = [searchRoute];
