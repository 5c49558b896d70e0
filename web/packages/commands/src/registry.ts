import { useEffect, useRef, useSyncExternalStore } from "react";
import { keymap } from "./keymap.ts";

/** Where a command belongs: the heading in the sheet of keys and in the palette. */
export type Scope = "global" | "list" | "triage" | "ticket" | "composer";

export type Command = {
  /** As in `ticket.resolve`: also the name under which keys are remapped. */
  id: string;
  /** Id of the text that names it, in the catalog `commands`. */
  title: string;
  scope: Scope;
  /** Any of these: "J", "Shift+E", "Mod+K", "G I". None for what only the palette offers. */
  keys?: string[];
  /** Works while something is being typed too; only for keys with Mod. */
  inText?: boolean;
  /** Works while a dialog is open too. */
  inDialog?: boolean;
  /** Another word by which the palette finds it. */
  words?: string;
  /** Absent from palette and sheet when false. */
  isVisible?: () => boolean;
  /** Does nothing when false. */
  isEnabled?: () => boolean;
  run: () => void;
};

/** The registered ones by id; the last one to come has the word, so a page may take over a command of the shell. */
const registered = new Map<string, Command[]>();
const listeners = new Set<() => void>();
let list: Command[] = [];

function changed() {
  list = [...registered.values()].flatMap((stack) => stack.at(-1) ?? []);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const commands = {
  all: () => list,
  get: (id: string) => registered.get(id)?.at(-1),
  run(id: string) {
    const command = commands.get(id);
    if (command && command.isEnabled?.() !== false) command.run();
  },
  /** Adds commands until the returned function is called. */
  add(added: Command[]): () => void {
    for (const command of added) registered.set(command.id, [...(registered.get(command.id) ?? []), command]);
    changed();
    return () => {
      for (const command of added) {
        const rest = (registered.get(command.id) ?? []).filter((other) => other !== command);
        if (rest.length > 0) registered.set(command.id, rest);
        else registered.delete(command.id);
      }
      changed();
    };
  },
};

/** The keys of a command, as the person has them. */
export const keysOf = (command: Command): string[] => keymap.get().keys[command.id] ?? command.keys ?? [];

/** Offers commands while the component is there. What they do may change with each render, which ones they are may not. */
export function useCommands(offered: Command[]): void {
  const latest = useRef(offered);
  useEffect(() => {
    latest.current = offered;
  });
  const ids = offered.map((command) => command.id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids stand for the whole list.
  useEffect(() => {
    const now = (id: string) => latest.current.find((command) => command.id === id);
    return commands.add(
      latest.current.map((command) => ({
        ...command,
        isVisible: () => now(command.id)?.isVisible?.() ?? true,
        isEnabled: () => now(command.id)?.isEnabled?.() ?? true,
        run: () => now(command.id)?.run(),
      })),
    );
  }, [ids]);
}

/** Everything that is offered at the moment. */
export const useCommandList = (): Command[] => useSyncExternalStore(subscribe, commands.all);

/** One command, for the tooltip of a button that does the same. */
export const useCommand = (id: string | undefined): Command | undefined =>
  useSyncExternalStore(subscribe, () => (id ? commands.get(id) : undefined));
