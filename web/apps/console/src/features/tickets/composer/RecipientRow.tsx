import { t } from "@helpdesk/i18n";
import { Button } from "@helpdesk/ui";
import { useState } from "react";
import type { Ticket } from "../api.ts";
import { RecipientChips } from "./RecipientChips.tsx";
import { difference, type Recipients } from "./recipients.ts";

type Props = {
  ticket: Ticket;
  /** Who gets it by itself. */
  usual: Recipients;
  recipients: Recipients;
  onChange: (part: Partial<Recipients>) => void;
};

/** Who gets the answer, always in sight, and how that differs from who would get it by itself. */
export function RecipientRow({ ticket, usual, recipients, onChange }: Props) {
  const [withCc, setCc] = useState(false);
  const { added, dropped } = difference(usual, recipients);
  const { customer } = ticket;
  const names = customer?.name ? { [customer.email]: customer.name } : {};
  const isCcShown = withCc || recipients.cc.length > 0;
  return (
    <div className="px-4 py-0.5">
      <div className="flex items-start gap-2">
        <RecipientChips
          label={t("tickets.recipient.to")}
          addresses={recipients.to}
          names={names}
          onChange={(to) => onChange({ to })}
        />
        {added + dropped > 0 ? (
          <span className="pt-1.5 text-12 whitespace-nowrap text-warn">
            {t("tickets.recipient.difference", { added, dropped })}
          </span>
        ) : null}
        {isCcShown ? null : (
          <Button look="quiet" className="px-1.5 text-ink-3" onPress={() => setCc(true)}>
            {t("tickets.recipient.cc")}
          </Button>
        )}
      </div>
      {isCcShown ? (
        <RecipientChips
          label={t("tickets.recipient.cc")}
          addresses={recipients.cc}
          names={names}
          onChange={(cc) => onChange({ cc })}
        />
      ) : null}
    </div>
  );
}
