import { type Command, keymap, keysOf, parse, useCommandList } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import { Button, Kbd, Switch } from "@helpdesk/ui";
import { type KeyboardEvent, useState, useSyncExternalStore } from "react";
import { preferKeys } from "./preferences.ts";

const order = ["global", "list", "triage", "ticket", "composer"] as const;

/** Every key of the page. A key is changed by pressing it and then the new one; single keys can be switched off. */
export default function KeyList() {
  const list = useCommandList().filter((command) => keysOf(command).length > 0 || command.keys);
  const map = useSyncExternalStore(keymap.subscribe, keymap.get);
  const [editing, setEditing] = useState<string>();
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-2">
        <Switch isSelected={map.single} onChange={(single) => void preferKeys({ ...map, single })}>
          {t("commands.single")}
        </Switch>
        <Button
          look="quiet"
          isDisabled={Object.keys(map.keys).length === 0}
          onPress={() => void preferKeys({ ...map, keys: {} })}
        >
          {t("commands.reset")}
        </Button>
      </div>
      <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
        {order.map((scope) => {
          const own = list.filter((command) => command.scope === scope);
          if (own.length === 0) return null;
          return (
            <section key={scope}>
              <h3 className="mb-1 text-12 text-ink-3">{t(`commands.scope.${scope}`)}</h3>
              <ul>
                {own.map((command) => (
                  <Line
                    key={command.id}
                    command={command}
                    clash={editing === command.id ? undefined : clashOf(command, list)}
                    isEditing={editing === command.id}
                    onEdit={(isEditing) => setEditing(isEditing ? command.id : undefined)}
                  />
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </>
  );
}

function clashOf(command: Command, list: Command[]): Command | undefined {
  const keys = keysOf(command);
  return list.find((other) => other.id !== command.id && keysOf(other).some((key) => keys.includes(key)));
}

type LineProps = { command: Command; clash?: Command; isEditing: boolean; onEdit: (isEditing: boolean) => void };

function Line({ command, clash, isEditing, onEdit }: LineProps) {
  const keys = keysOf(command);
  const take = (event: KeyboardEvent) => {
    if (!isEditing || /^(Shift|Control|Meta|Alt|Tab)$/.test(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    onEdit(false);
    if (event.key === "Escape") return;
    const pressed = strokeOf(event);
    const map = keymap.get();
    const own = event.key === "Backspace" || event.key === "Delete" ? [] : pressed ? [pressed] : keys;
    void preferKeys({ ...map, keys: { ...map.keys, [command.id]: own } });
  };
  return (
    <li className="flex min-h-8 items-center gap-3 border-b border-line-soft">
      <span className="min-w-0 flex-1">
        {t(command.title)}
        {clash ? (
          <span className="block text-12 text-warn">{t("commands.clash", { other: t(clash.title) })}</span>
        ) : null}
      </span>
      <button
        type="button"
        className="min-h-6 rounded-control px-1 hover:bg-line-soft"
        onClick={() => onEdit(!isEditing)}
        onKeyDown={take}
      >
        <span className="sr-only">{t("commands.change", { command: t(command.title) })}</span>
        {isEditing ? (
          <span className="text-12 text-petrol">{t("commands.press")}</span>
        ) : keys.length > 0 ? (
          keys.map((key) => <Kbd key={key} keys={key} />)
        ) : (
          <span className="text-12 text-ink-3">{t("commands.none")}</span>
        )}
      </button>
    </li>
  );
}

/** The pressed keys as a command writes them. Alt is no part of any: it types letters. */
function strokeOf(event: KeyboardEvent): string | undefined {
  if (event.altKey) return undefined;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const isLetter = /^[A-Z0-9]$/.test(key) || key.length > 1;
  const text = [event.ctrlKey || event.metaKey ? "Mod" : "", event.shiftKey && isLetter ? "Shift" : "", key];
  const keys = text.filter(Boolean).join("+");
  return parse(keys).length === 1 ? keys : undefined;
}
