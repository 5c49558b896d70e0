import type { Schema } from "@helpdesk/api";
import { relative, t } from "@helpdesk/i18n";
import { Avatar, clockOf, PriorityBars, SlaClock, StatusGlyph, TimeRail } from "@helpdesk/ui";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { priorityName, useStatusName } from "../features/triage/index.ts";

type Ticket = Schema<"TicketOut">;

/** The address of a ticket's own page. */
export const ticketPath = (number: number) => `/tickets/${number}` as LinkProps["to"];

type Props = {
  label: string;
  tickets: Ticket[];
  /** The customer is left out where all are of the same one. */
  hasCustomer?: boolean;
  /** What a search found in it, for example. */
  detail?: (ticket: Ticket) => ReactNode;
};

/** A few tickets on a page that is about something else, a line or two each; the inbox has its own rows. */
export function TicketRows({ label, tickets, hasCustomer = true, detail }: Props) {
  const statusName = useStatusName();
  return (
    <ul aria-label={label} className="border-t border-line-soft">
      {tickets.map((ticket) => (
        <li key={ticket.id} className="relative border-b border-line-soft hover:bg-hover">
          <TimeRail clock={openClock(ticket)} />
          <Link
            to={ticketPath(ticket.number)}
            className="grid min-h-11 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 py-1 ps-4 pe-3 outline-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-petrol"
          >
            <bdi className={`truncate ${ticket.unread ? "font-semibold" : ""}`}>{ticket.subject}</bdi>
            <When ticket={ticket} />
            <span className="flex min-w-0 items-center gap-2 text-12 text-ink-3">
              <span className="font-mono">#{ticket.number}</span>
              <span className="flex items-center gap-1 whitespace-nowrap">
                <StatusGlyph category={ticket.status_category} />
                {statusName(ticket.status)}
              </span>
              <span title={priorityName(ticket.priority)}>
                <PriorityBars priority={ticket.priority} />
                <span className="sr-only">{priorityName(ticket.priority)}</span>
              </span>
              {hasCustomer && ticket.customer ? <bdi className="truncate">{ticket.customer.name}</bdi> : null}
            </span>
            {ticket.assignee ? (
              <span className="justify-self-end" title={ticket.assignee.name}>
                <Avatar name={ticket.assignee.name} size={18} />
                <span className="sr-only">{t("words.assigned-to", { name: ticket.assignee.name })}</span>
              </span>
            ) : null}
            {detail ? <span className="col-span-2 line-clamp-2 text-ink-2">{detail(ticket)}</span> : null}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Nothing runs on for a ticket that is done, however late that was. */
const openClock = (ticket: Ticket) =>
  ticket.status_category === "resolved" || ticket.status_category === "closed" ? undefined : clockOf(ticket);

/** What is left, or for what is done how long ago anything happened. */
function When({ ticket }: { ticket: Ticket }) {
  const clock = openClock(ticket);
  if (clock) return <SlaClock clock={clock} className="justify-self-end" />;
  return (
    <time dateTime={ticket.updated_at} className="justify-self-end text-12 whitespace-nowrap text-ink-3">
      {relative(ticket.updated_at)}
    </time>
  );
}
