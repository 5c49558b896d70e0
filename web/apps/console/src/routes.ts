import { loadTexts } from "@helpdesk/i18n";
import { createRootRoute, createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { session } from "./app.ts";
import { arrives } from "./shell/coming.ts";
import { Shell } from "./shell/Shell.tsx";

export const rootRoute = createRootRoute();

/** Everything that needs somebody to be signed in: the frame with the navigation around a page. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: ({ location }) => {
    if (session.state === "out") throw redirect({ to: "/sign-in", search: { next: location.href }, replace: true });
  },
  component: Shell,
});

/**
 * A page that is fetched when it is first needed, together with its texts:
 * `page(() => import("./routes/InboxPage.tsx"), "InboxPage", "inbox")`.
 */
// biome-ignore lint/suspicious/noExplicitAny: the router's own bound, from which it reads what the component takes.
export function page<Module extends Record<string, any>, Name extends keyof Module & string>(
  load: () => Promise<Module>,
  name: Name,
  ...texts: string[]
) {
  const both = async () => {
    const [module] = await arrives(Promise.all([load(), loadTexts(...texts)]));
    return module;
  };
  return lazyRouteComponent<Module, Name>(both, name);
}
