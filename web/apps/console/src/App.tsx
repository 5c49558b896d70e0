import { i18n } from "@helpdesk/i18n";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { I18nProvider } from "react-aria-components";
import { queries } from "./app.ts";
import { router } from "./router.tsx";

const aria: Record<string, string> = { en: "en-US", de: "de-DE", ar: "ar-AE" };

/** Everything is drawn anew when the language changes. */
export function App() {
  const locale = useSyncExternalStore(
    (listener) => i18n.on("change", listener),
    () => i18n.locale,
  );
  return (
    <I18nProvider key={locale} locale={aria[locale] ?? "en-US"}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>
  );
}
