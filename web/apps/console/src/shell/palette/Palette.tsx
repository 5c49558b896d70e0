import { t } from "@helpdesk/i18n";
import { Icon, Kbd } from "@helpdesk/ui";
import { useState } from "react";
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
import { noteUse } from "../rank.ts";
import { useGroups } from "./useGroups.ts";

/** Every command of the page, tickets and people, found by a few letters. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const groups = useGroups(typed);
  const run = (id: string) => {
    const entry = groups.flatMap((group) => group.entries).find((one) => one.id === id);
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
              {/* A field with a list, said to be one: those who do not see know where the arrows lead. */}
              <Input
                role="combobox"
                aria-expanded
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
              {groups.map((group) => (
                <ListBoxSection key={group.id} id={group.id}>
                  <Header className="px-3 pt-2 pb-1 text-12 text-ink-3">{group.title}</Header>
                  {group.entries.map((entry) => (
                    <ListBoxItem
                      key={entry.id}
                      id={entry.id}
                      textValue={entry.title}
                      className="flex min-h-8 cursor-default items-center gap-3 rounded-control px-3 outline-none focused:bg-petrol-soft"
                    >
                      {entry.icon ? <Icon name={entry.icon} className="text-ink-3" /> : null}
                      <span className="flex min-w-0 flex-1 items-baseline gap-2">
                        <bdi className="truncate">{entry.title}</bdi>
                        {entry.detail ? (
                          <bdi className="min-w-0 shrink-9 truncate text-12 text-ink-3">{entry.detail}</bdi>
                        ) : null}
                      </span>
                      {entry.keys ? <Kbd keys={entry.keys} /> : null}
                    </ListBoxItem>
                  ))}
                </ListBoxSection>
              ))}
            </ListBox>
          </Autocomplete>
          <p className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line-soft px-4 py-2 text-12 text-ink-3">
            {(["commands", "ticket", "people"] as const).map((mode) => (
              <span key={mode} className="flex items-center gap-1.5">
                <kbd className="font-mono text-ink-2">{signs[mode]}</kbd>
                {t(`commands.mode.${mode}`)}
              </span>
            ))}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

const signs = { commands: ">", ticket: "#", people: "@" };
