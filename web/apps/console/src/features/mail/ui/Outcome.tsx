import { t } from "@helpdesk/i18n";
import { Banner } from "@helpdesk/ui";
import { Link } from "@tanstack/react-router";
import type { Written } from "../api.ts";

/** What became of a mail that was written in the place of a customer. */
export function Outcome({ written }: { written: Written }) {
  if (!written.ticket_id) {
    return <Banner kind="warn">{t("mail.outcome.quarantine", { reason: written.reason ?? "" })}</Banner>;
  }
  return (
    <Banner
      action={
        <Link
          to="/tickets/$number"
          params={{ number: written.ticket_id }}
          className="font-medium text-petrol underline"
        >
          {t("mail.open-ticket")}
        </Link>
      }
    >
      {t(written.is_new ? "mail.outcome.new" : "mail.outcome.added", { reference: written.reference ?? "" })}
    </Banner>
  );
}
