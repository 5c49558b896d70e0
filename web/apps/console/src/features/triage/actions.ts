import { answer, type Schema } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { errorText, toast } from "@helpdesk/ui";
import type { InfiniteData } from "@tanstack/react-query";
import { api, queries } from "../../app.ts";

export type Ticket = Schema<"TicketOut">;
export type Changes = Schema<"BulkChanges">;
type Item = Schema<"BulkItem">;
type Result = Schema<"BulkResult">;
type Pages = InfiniteData<{ results: Ticket[] }>;

/** As many tickets as one call takes. */
export const mostTickets = 500;

/** What a list shows at once, before the server has said anything. */
export type Shown = (ticket: Ticket) => Partial<Ticket>;

/** Puts tickets, as they are now, into every list and page that shows them. */
export function showTickets(tickets: Ticket[]): void {
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  queries.setQueriesData<Pages>({ queryKey: ["tickets", "list"] }, (list) => {
    const replaced = (page: { results: Ticket[] }) => page.results.map((row) => byId.get(row.id) ?? row);
    return list && { ...list, pages: list.pages.map((page) => ({ ...page, results: replaced(page) })) };
  });
}

/**
 * Changes tickets: shown at once, then sent. What the server skipped goes back to what it was, with the reason; what it did
 * can be taken back. `onSettled` hears which tickets to look at again.
 */
export async function change(
  tickets: Ticket[],
  changes: Changes,
  shown: Shown,
  done: (count: number) => string,
  onSettled: (ids: string[]) => void,
): Promise<void> {
  if (tickets.length === 0) return;
  showTickets(tickets.map((ticket) => ({ ...ticket, ...shown(ticket) })));
  let results: Result[];
  try {
    const body = { ids: tickets.map((ticket) => ticket.id), changes };
    ({ results } = await answer(api.POST("/api/v1/tickets/bulk/", { body })));
  } catch (error) {
    showTickets(tickets);
    toast(errorText(error), { kind: "failed" });
    return;
  }
  const skipped = results.filter((result) => !result.done);
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  showTickets(skipped.flatMap((result) => byId.get(result.id) ?? []));
  if (skipped.length > 0) toast(skippedText(skipped), { kind: "failed" });
  const undo = results.flatMap((result): Item[] =>
    result.done && result.before ? [{ id: result.id, changes: result.before, version: result.version }] : [],
  );
  if (undo.length > 0) toast(done(undo.length), { undo: () => void putBack(undo, onSettled) });
  settle(tickets, onSettled);
}

/** Why some were left as they are: the sentence itself where there is one reason only. */
function skippedText(skipped: Result[]): string {
  const reasons = new Set(skipped.map((result) => result.detail ?? ""));
  const [reason = ""] = reasons;
  return t(reasons.size === 1 ? "triage.skipped" : "triage.skipped-many", { count: skipped.length, reason });
}

async function putBack(items: Item[], onSettled: (ids: string[]) => void) {
  try {
    const { skipped, results } = await answer(api.POST("/api/v1/tickets/bulk/", { body: { items } }));
    if (skipped > 0) toast(skippedText(results.filter((result) => !result.done)), { kind: "failed" });
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
  }
  onSettled(items.map((item) => item.id));
  void queries.invalidateQueries({ queryKey: ["ticket"] });
  void queries.invalidateQueries({ queryKey: ["counts"] });
}

function settle(tickets: Ticket[], onSettled: (ids: string[]) => void) {
  onSettled(tickets.map((ticket) => ticket.id));
  for (const { number } of tickets.slice(0, 20)) void queries.invalidateQueries({ queryKey: ["ticket", number] });
  void queries.invalidateQueries({ queryKey: ["counts"] });
}
