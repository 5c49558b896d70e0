import type { Person } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";

/** What must be known on every page: that somebody acts as this person. */
export function Notices({ me }: { me: Person }) {
  if (!me.impersonator) return null;
  return (
    <p role="status" className="border-b border-line bg-warn-soft px-4 py-1 text-12 text-warn">
      {t("shell.acting-as", { name: me.name, by: me.impersonator.name })}
    </p>
  );
}
