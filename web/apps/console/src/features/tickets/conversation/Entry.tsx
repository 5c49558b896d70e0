import { dateTime, day, t } from "@helpdesk/i18n";
import { memo } from "react";
import type { Message, Ticket } from "../api.ts";
import { Attachments } from "./Attachments.tsx";
import { MessageBody } from "./body/MessageBody.tsx";
import { Delivery } from "./Delivery.tsx";
import { EventLine } from "./EventLine.tsx";
import { DayLine, Line } from "./Line.tsx";
import type { Row } from "./timeline.ts";

type Props = { ticket: Ticket; row: Row; before: Row | undefined; count: number; onResize: () => void };

/** A message with what happened after it; the first of a day is preceded by the date. */
export const Entry = memo(
  function Entry({ ticket, row, before, count, onResize }: Props) {
    const { message, seq, events } = row;
    if (!message) return <Placeholder />;
    const last = before?.events.at(-1)?.at ?? before?.message?.created_at;
    const isNewDay = seq === 1 || (last !== undefined && day(last) !== day(message.created_at));
    return (
      <>
        {isNewDay ? <DayLine at={message.created_at} /> : null}
        <MessageEntry ticket={ticket} message={message} count={count} onResize={onResize} />
        {events.map((event, place) => {
          const previous = events[place - 1]?.at ?? message.created_at;
          return (
            <div key={event.id}>
              {day(previous) === day(event.at) ? null : <DayLine at={event.at} />}
              <EventLine event={event} />
            </div>
          );
        })}
      </>
    );
  },
  (old, next) =>
    old.ticket.id === next.ticket.id &&
    old.ticket.customer?.email === next.ticket.customer?.email &&
    old.row.message === next.row.message &&
    old.row.events.length === next.row.events.length &&
    old.before?.events.length === next.before?.events.length &&
    old.before?.message === next.before?.message &&
    old.count === next.count,
);

function Placeholder() {
  return (
    <Line>
      <div className="grid h-20 content-start gap-2 pt-1">
        <span className="h-2.5 w-32 rounded-row bg-line-soft" />
        <span className="h-2.5 w-3/4 rounded-row bg-line-soft" />
        <span className="h-2.5 w-1/2 rounded-row bg-line-soft" />
      </div>
    </Line>
  );
}

function MessageEntry({
  ticket,
  message,
  count,
  onResize,
}: {
  ticket: Ticket;
  message: Message;
  count: number;
  onResize: () => void;
}) {
  if (message.direction === "system") {
    return (
      <Line at={message.created_at}>
        <p dir="auto" className="text-12 leading-[1.125rem] text-ink-3">
          {message.body_text}
        </p>
      </Line>
    );
  }
  const isNote = message.visibility === "internal";
  return (
    <article
      tabIndex={-1}
      aria-posinset={message.seq}
      aria-setsize={count}
      aria-label={`${message.author.name}, ${dateTime(message.created_at)}`}
      className="rounded-row outline-none focus-visible:outline-2 focus-visible:outline-offset-4 focus-visible:outline-petrol"
    >
      <Line at={message.created_at}>
        <div
          className={
            isNote ? "-my-1.5 -ms-2 rounded-row border-s-2 border-dashed border-note-line bg-note px-3 py-2" : ""
          }
        >
          <header className="mb-0.5 flex flex-wrap items-baseline gap-x-2 text-13">
            <bdi className="font-semibold text-ink-1">{message.author.name || t("tickets.system")}</bdi>
            <span className="min-w-0 text-ink-3">
              {isNote ? t("tickets.note.internal") : <Addressees ticket={ticket} message={message} />}
            </span>
            {message.is_automatic ? <span className="text-12 text-ink-3">{t("tickets.automatic")}</span> : null}
          </header>
          <MessageBody message={message} onResize={onResize} />
          <Attachments files={message.attachments} />
          <Delivery ticket={ticket} message={message} />
        </div>
      </Line>
    </article>
  );
}

/** Whom a message went to; the ticket's customer by name. */
function Addressees({ ticket, message }: { ticket: Ticket; message: Message }) {
  if (message.to.length + message.cc.length === 0) return null;
  const name = (address: string) =>
    ticket.customer?.email === address && ticket.customer.name ? ticket.customer.name : address;
  return (
    <bdi title={[...message.to, ...message.cc].join(", ")}>
      {t(message.cc.length > 0 ? "tickets.to.cc" : "tickets.to", {
        to: message.to.map(name).join(", "),
        cc: message.cc.map(name).join(", "),
      })}
    </bdi>
  );
}
