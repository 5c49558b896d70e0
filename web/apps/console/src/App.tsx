import { formatting, i18n, onFormatting } from "@helpdesk/i18n";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { I18nProvider } from "react-aria-components";
import { queries } from "./app.ts";
import { router } from "./router.tsx";

const aria: Record<string, string> = { en: "en-US", de: "de-DE", ar: "ar-AE" };

/** Everything is drawn anew when the language or the way of writing times changes. */
export function App() {
  const locale = useSyncExternalStore(
    (listener) => i18n.on("change", listener),
    () => i18n.locale,
  );
  const times = useSyncExternalStore(onFormatting, formatting);
  return (
    <I18nProvider key={locale + JSON.stringify(times)} locale={aria[locale] ?? "en-US"}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>
  );
}
