import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { page, shellRoute } from "../../routes.ts";

export const parts = ["you", "look", "security", "notifications", "keys"] as const;

const profileRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/profile",
  validateSearch: v.object({ part: v.optional(v.fallback(v.picklist(parts), "you")) }),
  component: page(
    () => import("./routes/ProfilePage.tsx"),
    "ProfilePage",
    "profile",
    "notifications",
    "identity",
    "words",
  ),
});

export const profileRoutes = [profileRoute];
