import { type Command, keysOf, useCommandList } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import { Kbd } from "@helpdesk/ui";
import { useRouter } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Modal,
  ModalOverlay,
  SearchField,
} from "react-aria-components";
import { noteUse, rank, uses } from "./rank.ts";

type Entry = { id: string; title: string; keys?: string; score: number; run: () => void };

/** Every command of the page, found by a few letters; "#" and a number opens that ticket. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const list = useCommandList();
  const router = useRouter();
  const groups = useMemo(() => found(list, typed), [list, typed]);
  const number = /^#(\d+)$/.exec(typed.trim())?.[1];
  const ticket: Entry[] = number
    ? [
        {
          id: "open",
          title: t("commands.open-number", { number }),
          score: 1,
          run: () => router.history.push(`/tickets/${number}`),
        },
      ]
    : [];
  const all = number ? [{ scope: "ticket", entries: ticket }] : groups;
  const run = (id: string) => {
    const entry = all.flatMap((group) => group.entries).find((one) => one.id === id);
    onClose();
    if (!entry) return;
    noteUse(entry.id);
    // After the dialog has given the focus back.
    requestAnimationFrame(() => entry.run());
  };
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(isOpen) => !isOpen && onClose()}
      className="fixed inset-0 z-40 grid items-start justify-items-center bg-scrim px-4 pt-[12vh]"
    >
      <Modal className="float w-full max-w-[560px] overflow-hidden">
        <Dialog aria-label={t("commands.palette")} className="outline-none">
          <Autocomplete inputValue={typed} onInputChange={setTyped}>
            <SearchField aria-label={t("commands.palette")} autoFocus className="border-b border-line">
              <Input
                placeholder={t("commands.palette.hint")}
                className="h-11 w-full bg-transparent px-4 text-15 outline-none [&::-webkit-search-cancel-button]:hidden"
              />
            </SearchField>
            <ListBox
              aria-label={t("commands.palette")}
              className="max-h-[min(420px,60vh)] overflow-y-auto p-1 outline-none"
              renderEmptyState={() => <p className="px-3 py-2 text-ink-3">{t("ui.nothing-fits")}</p>}
              onAction={(id) => run(String(id))}
            >
              {all.map((group) => (
                <ListBoxSection key={group.scope} id={group.scope}>
                  <Header className="px-3 pt-2 pb-1 text-12 text-ink-3">{t(`commands.scope.${group.scope}`)}</Header>
                  {group.entries.map((entry) => (
                    <ListBoxItem
                      key={entry.id}
                      id={entry.id}
                      textValue={entry.title}
                      className="flex min-h-8 cursor-default items-center gap-3 rounded-control px-3 outline-none focused:bg-petrol-soft"
                    >
                      <span className="min-w-0 flex-1 truncate">{entry.title}</span>
                      {entry.keys ? <Kbd keys={entry.keys} /> : null}
                    </ListBoxItem>
                  ))}
                </ListBoxSection>
              ))}
            </ListBox>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** What is near comes first: the selection, the ticket, the list, then the rest. */
const order = ["triage", "ticket", "composer", "list", "global"];

function found(list: Command[], typed: string): { scope: string; entries: Entry[] }[] {
  const used = uses();
  const entries = list.flatMap((command) => {
    if (command.id === "palette" || command.isVisible?.() === false || command.isEnabled?.() === false) return [];
    const title = t(command.title);
    const fit = Math.max(rank(title, typed), command.words ? rank(command.words, typed) * 0.8 : 0);
    const score = fit + Math.min(10, used[command.id] ?? 0);
    return fit > 0
      ? [{ scope: command.scope, entry: { id: command.id, title, keys: keysOf(command)[0], score, run: command.run } }]
      : [];
  });
  const groups = order.map((scope) => ({
    scope,
    entries: entries
      .filter((one) => one.scope === scope)
      .map((one) => one.entry)
      .sort((one, other) => other.score - one.score),
  }));
  const filled = groups.filter((group) => group.entries.length > 0);
  const best = (group: { entries: Entry[] }) => group.entries[0]?.score ?? 0;
  return typed.trim() === "" ? filled : filled.sort((one, other) => best(other) - best(one));
}
