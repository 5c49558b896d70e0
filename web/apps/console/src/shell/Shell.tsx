import { useCommands } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import { Toasts } from "@helpdesk/ui";
import { Outlet, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { queries, useMe, useSessionState } from "../app.ts";
import { globalCommands } from "./commands.ts";
import { Nav } from "./Nav.tsx";
import { Notices } from "./Notices.tsx";
import { usePreferencesReady } from "./preferences.ts";
import { useHints } from "./useHints.ts";

const loadPalette = () => import("./palette/Palette.tsx");
const Palette = lazy(loadPalette);
const KeySheet = lazy(() => import("./KeySheet.tsx"));
const SignInAgain = lazy(() => import("./SignInAgain.tsx"));
const Restricted = lazy(() => import("./Restricted.tsx"));

/** The frame of every page for people who are signed in. */
export function Shell() {
  const state = useSessionState();
  const router = useRouter();
  useEffect(() => {
    if (state === "out") void router.navigate({ to: "/sign-in", replace: true });
  }, [state, router]);
  return state === "out" ? null : <Frame />;
}

function Frame() {
  const state = useSessionState();
  const me = useMe();
  const router = useRouter();
  const [opened, setOpened] = useState<"palette" | "sheet">();
  const [isNavOpen, setNavOpen] = useState(false);
  useCommands(globalCommands(router, setOpened));
  useHints();
  useEffect(() => {
    // Once the page is at rest, so that the palette opens without waiting for its code.
    const timer = setInterval(() => {
      if (queries.isFetching() > 0) return;
      clearInterval(timer);
      void loadPalette();
    }, 4_000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => router.subscribe("onResolved", () => setNavOpen(false)), [router]);
  const isReady = usePreferencesReady();
  if (me.role === "customer" || me.otp_required) {
    return (
      <Suspense>
        <Restricted me={me} />
      </Suspense>
    );
  }
  if (!isReady) return null;
  return (
    <div className="flex h-dvh flex-col bg-canvas">
      <a
        href="#page"
        className="absolute start-2 top-2 z-50 -translate-y-16 rounded-control bg-raised px-3 py-1.5 shadow-float focus:translate-y-0"
      >
        {t("shell.skip")}
      </a>
      <Notices me={me} />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)] pane:grid-cols-[48px_minmax(0,1fr)] wide:grid-cols-[208px_minmax(0,1fr)] pane:grid-rows-[minmax(0,1fr)]">
        <Nav isOpen={isNavOpen} onToggle={setNavOpen} onPalette={() => setOpened("palette")} />
        <div id="page" tabIndex={-1} className="min-h-0 min-w-0 border-line outline-none pane:border-s">
          <Outlet />
        </div>
      </div>
      <Toasts />
      <Suspense>
        {opened === "palette" ? <Palette onClose={() => setOpened(undefined)} /> : null}
        {opened === "sheet" ? <KeySheet onClose={() => setOpened(undefined)} /> : null}
        {state === "expired" ? <SignInAgain /> : null}
      </Suspense>
    </div>
  );
}
