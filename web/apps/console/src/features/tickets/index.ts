import { page } from "../../routes.ts";
import { fetchSoon } from "../../shell/later.ts";

export { prefetchTicket, putTicket, refreshTicket, type Ticket, ticketQuery } from "./api.ts";
/** A ticket with its conversation, composer and inspector: `<TicketPane number={42} onClose={…} />`. */
export const TicketPane = page(() => import("./ui/TicketPane.tsx"), "TicketPane", "tickets", "files", "triage");
fetchSoon(() => TicketPane.preload?.());
