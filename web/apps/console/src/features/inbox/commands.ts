import type { Command } from "@helpdesk/commands";

type Actions = {
  move: (by: number) => void;
  extend: (by: number) => void;
  open: () => void;
  toggle: () => void;
  selectAll: () => void;
  clear: () => void;
  showFresh: () => void;
  filter: () => void;
  canMove: boolean;
  hasCursor: boolean;
  hasSelection: boolean;
  hasFresh: boolean;
};

/** The keys of a list of tickets. */
export function listCommands(actions: Actions): Command[] {
  const list = (id: string, keys: string[], run: () => void, isEnabled: () => boolean): Command => ({
    id: `list.${id}`,
    title: `commands.list.${id}`,
    scope: "list",
    keys,
    run,
    isEnabled,
  });
  const canMove = () => actions.canMove;
  return [
    list("next", ["J", "ArrowDown"], () => actions.move(1), canMove),
    list("previous", ["K", "ArrowUp"], () => actions.move(-1), canMove),
    list("open", ["Enter", "O"], actions.open, () => actions.hasCursor),
    list("select", ["X"], actions.toggle, () => actions.hasCursor),
    list("extend-down", ["Shift+J", "Shift+ArrowDown"], () => actions.extend(1), canMove),
    list("extend-up", ["Shift+K", "Shift+ArrowUp"], () => actions.extend(-1), canMove),
    list("all", ["Mod+A"], actions.selectAll, canMove),
    list("clear", ["Escape"], actions.clear, () => actions.hasSelection),
    list("fresh", ["."], actions.showFresh, () => actions.hasFresh),
    list("filter", ["Shift+F"], actions.filter, () => true),
  ];
}
