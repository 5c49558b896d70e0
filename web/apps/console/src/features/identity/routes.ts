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
    step: v.optional(v.fallback(v.picklist(["reset", "code", "refused"]), "reset")),
  }),
  beforeLoad: ({ search }) => {
    if (session.state === "in" && search.step !== "refused")
      throw redirect({ href: search.next ?? "/", replace: true });
  },
  component: page(() => import("./routes/SignInPage.tsx"), "SignInPage", "identity"),
});

const setPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/set-password",
  component: page(() => import("./routes/SetPasswordPage.tsx"), "SetPasswordPage", "identity"),
});

const verifyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/verify",
  component: page(() => import("./routes/VerifyPage.tsx"), "VerifyPage", "identity"),
});

export const identityRoutes = [signInRoute, setPasswordRoute, verifyRoute];
