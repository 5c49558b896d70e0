import { t } from "@helpdesk/i18n";
import { Button, errorText, Icon, toast } from "@helpdesk/ui";
import { useState } from "react";
import { may } from "../../../app.ts";
import { type Message, retryMessage, type Ticket } from "../api.ts";

const quiet = new Set(["none", "sent", "held"]);

/** How far the mail of a message got: nothing where all is well, the reason and Retry where it failed. */
export function Delivery({ ticket, message }: { ticket: Ticket; message: Message }) {
  const [isBusy, setBusy] = useState(false);
  const { state, error } = message.delivery;
  if (message.direction !== "out" || message.visibility === "internal" || state === "none" || state === "held")
    return null;
  const retry = async () => {
    setBusy(true);
    await retryMessage(ticket, message.id).catch((problem) => toast(errorText(problem), { kind: "failed" }));
    setBusy(false);
  };
  const isFailed = state === "failed";
  return (
    <p className={`mt-1.5 flex items-baseline gap-1.5 text-12 ${isFailed ? "text-late" : "text-ink-3"}`}>
      <Icon
        name={isFailed ? "warning" : quiet.has(state) ? "check" : state === "queued" ? "clock" : "mail"}
        className="size-3 translate-y-0.5"
      />
      <span className="min-w-0">
        {t(`tickets.delivery.${state}`)}
        {isFailed && error ? <bdi>: {error}</bdi> : null}
      </span>
      {isFailed && may("tickets:reply") ? (
        <Button look="quiet" className="h-6 px-1.5 text-12" isDisabled={isBusy} onPress={retry}>
          {t("ui.retry")}
        </Button>
      ) : null}
    </p>
  );
}
