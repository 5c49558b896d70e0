import { createRoute, redirect } from "@tanstack/react-router";
import * as v from "valibot";
import { session } from "../../app.ts";
import { page, rootRoute } from "../../routes.ts";

/** Only a path on this host: nobody is sent elsewhere by a link. */
const path = v.pipe(v.string(), v.regex(/^\/(?![/\\])/));

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: v.object({
    next: v.optional(v.fallback(path, "/")),
    step: v.optional(v.fallback(v.picklist(["reset", "code"]), "reset")),
  }),
  beforeLoad: ({ search }) => {
    if (session.state === "in") throw redirect({ href: search.next ?? "/", replace: true });
  },
  component: page(() => import("./routes/SignInPage.tsx"), "SignInPage", "identity"),
});

export const identityRoutes = [signInRoute];
