import "@helpdesk/ui/styles.css";
import { listenForKeys } from "@helpdesk/commands";
import { loadTexts, setLocale } from "@helpdesk/i18n";
import { look } from "@helpdesk/ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { session } from "./app.ts";
import { router } from "./router.tsx";
import { arrives, isComing } from "./shell/coming.ts";
import { preferredLocale } from "./shell/locale.ts";
import { followPreferences } from "./shell/preferences.ts";

look.follow();
listenForKeys(window, {
  isComing,
  isLeaving: () => router.latestLocation.pathname !== router.state.resolvedLocation?.pathname,
});
followPreferences();
// The page that most people come for is fetched while the session is renewed.
if (/^\/(inbox)?$/.test(location.pathname)) void import("./features/inbox/routes/InboxPage.tsx");
const cookie = session.resume().catch(() => session.end());
await arrives(
  Promise.all([
    setLocale(preferredLocale()).then(() => loadTexts("ui", "shell", "commands", "inbox", "triage")),
    cookie,
  ]),
);
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
