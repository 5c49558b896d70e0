import { t } from "@helpdesk/i18n";
import { Button, Icon, Menu, MenuItem, MenuTrigger } from "@helpdesk/ui";
import { useMay } from "../../../app.ts";
import { useStatuses } from "../../triage/index.ts";
import type { Ticket } from "../api.ts";

type Props = { ticket: Ticket; isNote: boolean; isBusy: boolean; onSend: (status?: string) => void };

/** Sends, or sends and moves the ticket along in one go. */
export function SendButton({ ticket, isNote, isBusy, onSend }: Props) {
  const mayMove = useMay("tickets:status");
  const statuses = useStatuses().filter(
    ({ key, category }) => key !== ticket.status && category !== "new" && category !== "closed" && key !== "reopened",
  );
  const look = isNote ? "note" : "primary";
  const name = t(isNote ? "tickets.note.add" : "tickets.send");
  return (
    <div className="flex max-pane:ms-auto">
      <Button type="submit" look={look} isDisabled={isBusy} className={`min-w-16 ${mayMove ? "rounded-e-none" : ""}`}>
        {isBusy ? t("tickets.sending") : name}
      </Button>
      {mayMove ? (
        <MenuTrigger>
          <Button
            look={look}
            isDisabled={isBusy}
            aria-label={t("tickets.send.and")}
            className="rounded-s-none border-s border-surface/40 px-1.5"
          >
            <Icon name="caret" />
          </Button>
          <Menu aria-label={t("tickets.send.and")} placement="top end" onAction={(key) => onSend(String(key))}>
            {statuses.map(({ key, name: status }) => (
              <MenuItem key={key} id={key} command={key === "resolved" ? "composer.send-resolve" : undefined}>
                {t(isNote ? "tickets.note.add-and" : "tickets.send.and-set", { status })}
              </MenuItem>
            ))}
          </Menu>
        </MenuTrigger>
      ) : null}
    </div>
  );
}
