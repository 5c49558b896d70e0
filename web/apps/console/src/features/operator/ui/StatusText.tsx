import { t } from "@helpdesk/i18n";

const looks: Record<string, string> = { active: "text-ok", suspended: "text-warn", deleting: "text-late" };

/** Whether an organization is open, suspended or about to be removed. */
export const StatusText = ({ status }: { status: string }) => (
  <span className={looks[status]}>{t(`operator.status.${status}`)}</span>
);
