import { dateTime, dayTime, t } from "@helpdesk/i18n";
import { Link } from "@tanstack/react-router";
import type { Ticket } from "../api.ts";
import { Activity } from "./Activity.tsx";
import { Files } from "./Files.tsx";
import { OtherTickets, Person } from "./Person.tsx";
import { Promises } from "./Promises.tsx";
import { Properties } from "./Properties.tsx";
import { Pair, Section } from "./parts.tsx";
import { Watchers } from "./Watchers.tsx";

/** Everything about a ticket that is not said in it. */
export function Inspector({ ticket }: { ticket: Ticket }) {
  return (
    <div className="px-4 py-4">
      <Person ticket={ticket} />
      <Section title={t("tickets.ticket")}>
        <Properties ticket={ticket} />
        <Pair label={t("tickets.created")}>
          <time dateTime={ticket.created_at} title={dateTime(ticket.created_at)}>
            {dayTime(ticket.created_at)}
          </time>
        </Pair>
        {ticket.follow_up_of ? (
          <Pair label={t("tickets.follow-up")}>
            <Link to="/tickets/$number" params={{ number: ticket.follow_up_of }} className="text-petrol underline">
              {t("tickets.follow-up.open")}
            </Link>
          </Pair>
        ) : null}
      </Section>
      <Promises ticket={ticket} />
      <OtherTickets ticket={ticket} />
      <Files ticket={ticket} />
      <Watchers ticket={ticket} />
      <Activity ticket={ticket} />
    </div>
  );
}
