import { type Command, useCommands } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import { type ReactNode, Suspense, useState } from "react";
import { useMay, useMe } from "../../app.ts";
import { soon } from "../../shell/later.ts";
import { type Changes, change, type Shown, type Ticket } from "./actions.ts";

const Picker = soon(() => import("./Picker.tsx"));

/** What is asked for before it can be done. */
export type Asked = "assign" | "status" | "priority" | "tags";

type Options = {
  /** The tickets that a command acts on: the selection, or the one with the cursor. */
  targets: () => Ticket[];
  /** Tickets that are to be looked at again. */
  onSettled: (ids: string[]) => void;
  /** Goes on to the ticket behind; without it there is no such command. */
  onNext?: () => void;
};

type Triage = {
  /** Asks for a value in a dialog. */
  ask: (what: Asked) => void;
  resolve: () => void;
  take: () => void;
  /** The dialog that is open; to be drawn somewhere. */
  dialog: ReactNode;
};

/** What acts on one ticket or on many: its commands with their keys, and the dialogs they open. */
export function useTriage({ targets, onSettled, onNext }: Options): Triage {
  const me = useMe();
  const [asked, setAsked] = useState<{ what: Asked; tickets: Ticket[] }>();
  const [mayAssign, mayStatus, mayUpdate] = [
    useMay("tickets:assign"),
    useMay("tickets:status"),
    useMay("tickets:update"),
  ];
  const isThere = () => targets().length > 0;
  const apply = (tickets: Ticket[], changes: Changes, shown: Shown, done: (count: number) => string) =>
    void change(tickets, changes, shown, done, onSettled);
  const ask = (what: Asked) => {
    const tickets = targets();
    if (tickets.length > 0) setAsked({ what, tickets });
  };
  const resolve = () =>
    apply(
      targets(),
      { status: "resolved" },
      () => ({ status: "resolved", status_category: "resolved" }),
      (count) => t("triage.resolved", { count }),
    );
  const take = () =>
    apply(
      targets(),
      { assignee_id: me.id },
      () => ({ assignee: { id: me.id, name: me.name } }),
      (count) => t("triage.taken", { count }),
    );
  const offer = (command: Omit<Command, "scope" | "title">, allowed: boolean): Command => ({
    scope: "triage",
    title: `commands.triage.${command.id.replace("triage.", "")}`,
    isVisible: () => allowed,
    isEnabled: () => allowed && isThere(),
    ...command,
  });
  useCommands([
    offer({ id: "triage.resolve", keys: ["E"], run: resolve }, mayStatus),
    offer(
      {
        id: "triage.resolve-next",
        keys: ["Shift+E"],
        run: () => {
          resolve();
          onNext?.();
        },
      },
      mayStatus && onNext !== undefined,
    ),
    offer({ id: "triage.assign", keys: ["A"], run: () => ask("assign") }, mayAssign),
    offer({ id: "triage.take", keys: ["M"], run: take }, mayAssign),
    offer({ id: "triage.status", keys: ["Y"], run: () => ask("status") }, mayStatus),
    offer({ id: "triage.priority", keys: ["P"], run: () => ask("priority") }, mayUpdate),
    offer({ id: "triage.tags", keys: ["T"], run: () => ask("tags") }, mayUpdate),
  ]);
  const dialog = asked ? (
    <Suspense>
      <Picker
        what={asked.what}
        tickets={asked.tickets}
        onClose={() => setAsked(undefined)}
        onPick={(changes, shown, done) => apply(asked.tickets, changes, shown, done)}
      />
    </Suspense>
  ) : null;
  return { ask, resolve, take, dialog };
}
