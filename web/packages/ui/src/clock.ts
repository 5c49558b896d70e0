import { duration } from "@helpdesk/i18n";

/** What a ticket promises, as the API tells it. */
export type Promised = {
  created_at: string;
  first_response_at?: string | null;
  sla: {
    state: "on_track" | "at_risk" | "breached" | "paused" | "met" | "none";
    first_response_due_at?: string | null;
    next_response_due_at?: string | null;
    resolution_due_at?: string | null;
  };
};

export type RailState = "ok" | "warn" | "late" | "paused";

/** The clock that ends first: from when to when, in milliseconds since 1970. */
export type Clock = {
  kind: "first_response" | "next_response" | "resolution";
  start: number;
  due: number;
  paused: boolean;
};

/** The share of the time that counts as little: the server says `at_risk` from here on. */
const little = 0.25;

/** The open clock of a ticket; none where nothing is promised or all is kept. */
export function clockOf(ticket: Promised): Clock | undefined {
  const { state, first_response_due_at, next_response_due_at, resolution_due_at } = ticket.sla;
  if (state === "none" || state === "met") return undefined;
  const ends = [
    ["first_response", ticket.first_response_at ? null : first_response_due_at],
    ["next_response", next_response_due_at],
    ["resolution", resolution_due_at],
  ] as const;
  const open = ends.flatMap(([kind, due]) => (due ? [{ kind, due: Date.parse(due) }] : []));
  const next = open.sort((one, other) => one.due - other.due)[0];
  return next && { ...next, start: Date.parse(ticket.created_at), paused: state === "paused" };
}

export function railState(clock: Clock, now: number): RailState {
  if (clock.paused) return "paused";
  if (now >= clock.due) return "late";
  return (clock.due - now) / Math.max(1, clock.due - clock.start) <= little ? "warn" : "ok";
}

/** The share of the time that is gone, from a sliver to all of it. */
export const burn = (clock: Clock, now: number) =>
  Math.min(1, Math.max(0.04, (now - clock.start) / Math.max(1, clock.due - clock.start)));

/** "38 m", or "−14 m" when it is past. */
export const timeLeft = (clock: Clock, now: number) => duration((clock.due - now) / 1000);
