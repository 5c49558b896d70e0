import type { Person } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { Button, errorText, toast } from "@helpdesk/ui";
import { session } from "../app.ts";

/** What must be known on every page: that somebody acts as this person, with the way back to themselves. */
export function Notices({ me }: { me: Person }) {
  if (!me.impersonator) return null;
  // The cookie is still the one of whoever acts; the borrowed session ends by itself within minutes.
  const stop = () => session.exchange().catch((error: unknown) => toast(errorText(error), { kind: "failed" }));
  return (
    <div className="flex items-center gap-3 border-b border-line bg-warn-soft px-4 py-1 text-12 text-warn">
      <p role="status" className="min-w-0 flex-1">
        {t("shell.acting-as", { name: me.name, by: me.impersonator.name })}
      </p>
      <Button onPress={() => void stop()}>{t("shell.acting-as.stop")}</Button>
    </div>
  );
}
