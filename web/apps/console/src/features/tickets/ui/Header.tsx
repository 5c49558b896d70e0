import { t } from "@helpdesk/i18n";
import { clockOf, IconButton, SlaClock, StatusGlyph, TimeRail } from "@helpdesk/ui";
import { type KeyboardEvent, useState } from "react";
import { useMay } from "../../../app.ts";
import { useStatusName } from "../../triage/index.ts";
import type { Ticket } from "../api.ts";
import { editTicket } from "../edit.ts";
import { Present } from "./Present.tsx";
import { StatusMenu } from "./StatusMenu.tsx";

type Props = { ticket: Ticket; onClose: () => void; isInspectorOpen: boolean; onInspector: () => void };

/** Which ticket it is, how it stands, who else is here. */
export function Header({ ticket, onClose, isInspectorOpen, onInspector }: Props) {
  const clock = clockOf(ticket);
  const mayMove = useMay("tickets:status");
  const statusName = useStatusName();
  return (
    <header className="relative flex h-12 min-w-0 items-center gap-2 border-b border-line ps-3 pe-2 pane:ps-4">
      <TimeRail clock={clock} />
      <IconButton icon="back" label={t("tickets.back")} onPress={onClose} className="pane:hidden" />
      <span className="hidden font-mono text-12 text-ink-3 pane:inline" title={ticket.reference}>
        #{ticket.number}
      </span>
      <Subject ticket={ticket} />
      <Present ticket={ticket} />
      <SlaClock clock={clock} className="max-[480px]:hidden" />
      {mayMove ? (
        <StatusMenu ticket={ticket} />
      ) : (
        <span className="flex items-center gap-1.5 whitespace-nowrap text-ink-2">
          <StatusGlyph category={ticket.status_category} />
          {statusName(ticket.status)}
        </span>
      )}
      <IconButton
        icon="panel"
        label={t("tickets.command.inspector")}
        command="ticket.inspector"
        aria-pressed={isInspectorOpen}
        onPress={onInspector}
      />
    </header>
  );
}

/** The subject; pressing it makes it a field for whoever may change it. */
function Subject({ ticket }: { ticket: Ticket }) {
  const mayEdit = useMay("tickets:update");
  const [text, setText] = useState<string>();
  const look = "min-w-0 flex-1 text-16 font-semibold tracking-[-0.005em]";
  if (!mayEdit || text === undefined) {
    return (
      <h1 className={`${look} truncate`} dir="auto" title={ticket.subject}>
        {mayEdit ? (
          <button
            type="button"
            aria-label={t("tickets.subject.edit", { subject: ticket.subject })}
            onClick={() => setText(ticket.subject)}
            className="max-w-full cursor-text truncate rounded-row hover:underline hover:decoration-control hover:decoration-dotted hover:underline-offset-4"
          >
            {ticket.subject}
          </button>
        ) : (
          ticket.subject
        )}
      </h1>
    );
  }
  const save = () => {
    const subject = text.trim();
    setText(undefined);
    if (!subject || subject === ticket.subject) return;
    const done = t("tickets.changed", { field: t("tickets.field.subject"), value: subject });
    void editTicket(ticket.number, { subject }, { subject }, done);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") save();
    if (event.key === "Escape") setText(undefined);
  };
  return (
    <input
      aria-label={t("tickets.field.subject")}
      // biome-ignore lint/a11y/noAutofocus: the field takes the place of the button that was just pressed.
      autoFocus
      dir="auto"
      maxLength={255}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={onKey}
      onBlur={save}
      className={`${look} h-8 rounded-control border border-petrol bg-raised px-1.5 outline-none`}
    />
  );
}
