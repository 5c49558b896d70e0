import { ApiError, answer } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { errorText, toast } from "@helpdesk/ui";
import { api, queries } from "../../app.ts";
import { type Patch, patchTicket, putTicket, type Ticket, ticketQuery } from "./api.ts";
import { clashes, type Field, inverse, shownOf } from "./merge.ts";

/** An edit that meets one by somebody else: what it was to do, and the ticket as it is. */
export type Clash = { ticket: Ticket; shown: Partial<Ticket>; patch: Patch; fields: Field[] };

let clash: Clash | undefined;
const listeners = new Set<() => void>();

/** The clash that waits for a decision, for the page to ask. */
export const openClash = {
  get: () => clash,
  set(next: Clash | undefined) {
    clash = next;
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** How often an edit is put onto a newer ticket before it counts as failed. */
const patience = 3;

/**
 * Changes a ticket: shown at once, put back with the reason when it is refused. An edit of a ticket that has changed
 * meanwhile goes through when it concerns other fields; otherwise the person is asked.
 */
export async function editTicket(number: number, patch: Patch, shown: Partial<Ticket>, done?: string): Promise<void> {
  const key = ticketQuery(number).queryKey;
  const before = queries.getQueryData(key);
  if (!before) return;
  putTicket({ ...before, ...shown });
  let current = before;
  for (let tries = 1; ; tries++) {
    try {
      putTicket(await patchTicket(current, patch));
      break;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "STALE" || tries === patience) {
        putTicket(current);
        toast(errorText(error), { kind: "failed" });
        return;
      }
    }
    try {
      current = await answer(api.GET("/api/v1/tickets/{id}/", { params: { path: { id: before.id } } }));
    } catch (error) {
      putTicket(before);
      toast(errorText(error), { kind: "failed" });
      return;
    }
    const fields = clashes(before, current, shown);
    if (fields.length > 0) {
      putTicket(current);
      openClash.set({ ticket: current, shown, patch, fields });
      return;
    }
  }
  after(number);
  if (done) {
    const back = inverse(before, shown, t("tickets.undone"));
    toast(done, { undo: () => void editTicket(number, back, shownOf(before, shown)) });
  }
}

/** Lists, counts and history follow a change. */
function after(number: number) {
  void queries.invalidateQueries({ queryKey: ["ticket", number, "history"] });
  void queries.invalidateQueries({ queryKey: ["tickets"], refetchType: "active" });
  void queries.invalidateQueries({ queryKey: ["counts"] });
}
