import type { Change, Message } from "../api.ts";

/** Changes that one person made at one time. */
export type Event = { id: string; at: string; actor: string; changes: Change[] };
/** A place in the conversation: its message once it is there, and what happened between it and the next. */
export type Row = { seq: number; message: Message | undefined; events: Event[] };

/** Changes within this many milliseconds of each other by the same person read as one. */
const together = 5_000;

/** Fields whose changes are told in the conversation; others are in the history only. */
const told = new Set(["status", "assignee", "team", "priority", "tags", "subject", "customer", "type", "category"]);

export function eventsOf(history: Change[]): Event[] {
  const events: Event[] = [];
  for (const change of history) {
    if (!told.has(change.field)) continue;
    const last = events.at(-1);
    const isSame = last && last.actor === change.actor.name && Date.parse(change.at) - Date.parse(last.at) < together;
    if (isSame) last.changes.push(change);
    else events.push({ id: change.id, at: change.at, actor: change.actor.name, changes: [change] });
  }
  return events;
}

/**
 * One row for each place from 1 to the newest. What happened is told after the message before it; as long as that is not
 * there, it is left out rather than told at a wrong place.
 */
export function timeline(newest: number, messages: Map<number, Message>, events: Event[]): Row[] {
  const rows = Array.from({ length: newest }, (_, place): Row => {
    const seq = place + 1;
    return { seq, message: messages.get(seq), events: [] };
  });
  let at = 0;
  const pending = [...events];
  // Events before the first message that is known belong to rows that are not.
  for (const row of rows) {
    if (!row.message) continue;
    const next = rows[row.seq];
    const until = next ? (next.message ? Date.parse(next.message.created_at) : undefined) : Number.POSITIVE_INFINITY;
    const from = Date.parse(row.message.created_at);
    while (at < pending.length && Date.parse(pending[at]?.at ?? "") < from && row.seq > 1) at += 1;
    while (until !== undefined && at < pending.length && Date.parse(pending[at]?.at ?? "") < until) {
      const event = pending[at];
      if (event) row.events.push(event);
      at += 1;
    }
  }
  return rows;
}
