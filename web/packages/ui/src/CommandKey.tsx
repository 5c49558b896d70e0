import { keysOf, useCommand } from "@helpdesk/commands";
import { Kbd } from "./Kbd.tsx";

/** The first key of a command, as the person has it; nothing for commands without one. */
export function CommandKey({ id }: { id: string | undefined }) {
  const command = useCommand(id);
  const first = command ? keysOf(command)[0] : undefined;
  return first ? <Kbd keys={first} /> : null;
}
