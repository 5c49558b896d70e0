import { useCommands } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import { errorText, toast } from "@helpdesk/ui";
import { may } from "../../../app.ts";
import type { Ticket } from "../api.ts";
import { compose } from "../composer/open.ts";

type Given = { ticket: Ticket | undefined; number: number; toggleInspector: () => void };

/** What can be done with the open ticket, by key and from the palette. */
export function useTicketCommands({ ticket, number, toggleInspector }: Given): void {
  const isThere = () => ticket !== undefined;
  const copy = (text: string, done: string) =>
    void navigator.clipboard.writeText(text).then(
      () => toast(done),
      (error) => toast(errorText(error), { kind: "failed" }),
    );
  useCommands([
    {
      id: "ticket.reply",
      title: "tickets.command.reply",
      scope: "ticket",
      keys: ["R"],
      isVisible: () => may("tickets:reply"),
      isEnabled: () => isThere() && may("tickets:reply"),
      run: () => compose.open("reply"),
    },
    {
      id: "ticket.note",
      title: "tickets.command.note",
      scope: "ticket",
      keys: ["N"],
      isVisible: () => may("tickets:note"),
      isEnabled: () => isThere() && may("tickets:note"),
      run: () => compose.open("note"),
    },
    {
      id: "ticket.inspector",
      title: "tickets.command.inspector",
      scope: "ticket",
      keys: ["I"],
      isEnabled: isThere,
      run: toggleInspector,
    },
    {
      id: "ticket.messages",
      title: "tickets.command.messages",
      scope: "ticket",
      keys: ["H"],
      isEnabled: isThere,
      run: () => document.querySelector<HTMLElement>('[role="feed"]')?.focus(),
    },
    {
      id: "ticket.copy-id",
      title: "tickets.command.copy-id",
      scope: "ticket",
      keys: ["Mod+."],
      inText: true,
      isEnabled: isThere,
      run: () => copy(ticket?.reference ?? "", t("tickets.copied", { text: ticket?.reference ?? "" })),
    },
    {
      id: "ticket.copy-link",
      title: "tickets.command.copy-link",
      scope: "ticket",
      keys: ["Mod+Shift+."],
      inText: true,
      isEnabled: isThere,
      run: () => copy(`${location.origin}/tickets/${number}`, t("tickets.copied.link")),
    },
  ]);
}
