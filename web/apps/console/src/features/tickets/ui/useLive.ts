import { useEffect } from "react";
import { queries, realtime, useMay } from "../../../app.ts";
import { markRead, refreshTicket, type Ticket, tailQuery, ticketQuery } from "../api.ts";

/** Follows a ticket while it is shown, and counts it as read. */
export function useLive(ticket: Ticket | undefined): void {
  const { id, number } = ticket ?? {};
  useEffect(() => {
    if (!id || !number) return;
    const leave = realtime.subscribe([`ticket:${id}`]);
    const unlisten = realtime.listen((hint) => {
      if (hint.id !== id) return;
      if (hint.event === "new-message") void refreshTicket(number);
      if (hint.event !== "ticket-updated") return;
      const known = queries.getQueryData(ticketQuery(number).queryKey);
      // What this page changed itself comes back as a hint too.
      if (known && hint.version !== null && known.version >= hint.version) return;
      void queries.invalidateQueries({ queryKey: ticketQuery(number).queryKey, exact: true });
      void queries.invalidateQueries({ queryKey: ["ticket", number, "history"] });
      void queries.invalidateQueries({ queryKey: tailQuery(number).queryKey });
    });
    return () => {
      leave();
      unlisten();
    };
  }, [id, number]);
  const mayRead = useMay("tickets:read");
  const isUnread = mayRead && ticket?.unread === true;
  const count = ticket?.message_count ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each new message, not for each change of the ticket.
  useEffect(() => {
    if (!ticket || !isUnread) return;
    const read = () => {
      if (document.visibilityState === "visible") void markRead(ticket, count).catch(() => {});
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [id, isUnread, count]);
}
