import { createApi, createQueryClient, Realtime, Session } from "@helpdesk/api";
import { useSyncExternalStore } from "react";
import { saved } from "./shell/saved.ts";

/** The parts that there is one of for the whole page. */
export const session = new Session();
export const api = createApi(session);
export const queries = createQueryClient();
export const realtime = new Realtime(api);

let shownState = session.state;
let shownPerson = session.person?.id;
session.subscribe(() => {
  // Somebody acts as another person, or does not any more: nothing of what was seen counts.
  if (shownPerson && session.person && session.person.id !== shownPerson) void queries.resetQueries();
  shownPerson = session.person?.id;
  if (session.state === "in") realtime.start();
  // What one person saw is nothing to the next.
  if (session.state === "out" && shownState !== "out") {
    realtime.stop();
    queries.clear();
    void saved.wipe();
  }
  shownState = session.state;
});

/** Where the session stands. */
export const useSessionState = () => useSyncExternalStore(session.subscribe, () => session.state);

/** Who is signed in; only for pages that need somebody. */
export function useMe() {
  const person = useSyncExternalStore(session.subscribe, () => session.person);
  if (!person) throw new Error("Nobody is signed in.");
  return person;
}

/** Whether the person's role allows it: "tickets:assign". What is not allowed is not offered. */
export const useMay = (permission: string): boolean => useMe().permissions.includes(permission);
export const may = (permission: string): boolean => session.person?.permissions.includes(permission) ?? false;
