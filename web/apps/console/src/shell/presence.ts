import { useSyncExternalStore } from "react";
import { realtime, session } from "../app.ts";

type People = { viewing: string[]; typing: string[] };

const nobody: People = { viewing: [], typing: [] };
const known = new Map<string, People>();
const listeners = new Set<() => void>();

realtime.listen((hint) => {
  if (hint.event !== "presence" && hint.event !== "typing") return;
  const others = hint.who.filter((id) => id !== session.person?.id);
  const before = known.get(hint.id) ?? nobody;
  const people = hint.event === "presence" ? { ...before, viewing: others } : { ...before, typing: others };
  if (people.viewing.length + people.typing.length === 0) known.delete(hint.id);
  else known.set(hint.id, people);
  for (const listener of listeners) listener();
});
// Whoever left while nothing was heard would stay for ever.
realtime.watch(() => {
  if (realtime.status.state === "live" || known.size === 0) return;
  known.clear();
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The ids of the others who look at a ticket or type in it; known while the ticket or a list with it is subscribed to. */
export const usePresence = (ticket: string): People =>
  useSyncExternalStore(subscribe, () => known.get(ticket) ?? nobody);
