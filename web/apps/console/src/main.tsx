import "@helpdesk/ui/styles.css";
import { loadTexts, setLocale } from "@helpdesk/i18n";
import { look } from "@helpdesk/ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { session } from "./app.ts";
import { preferredLocale } from "./shell/locale.ts";

look.follow();
const cookie = session.resume().catch(() => session.end());
await setLocale(preferredLocale());
await Promise.all([loadTexts("ui", "shell", "commands"), cookie]);
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
