import { number, t } from "@helpdesk/i18n";
import { Button, Kbd } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { afterMessage, heldQuery, type Message, type Ticket } from "../api.ts";
import { undoSend } from "../composer/open.ts";
import { MessageBody } from "./body/MessageBody.tsx";
import { Line } from "./Line.tsx";

/** One's own answers that have not left yet, below the conversation. */
export function Held({ ticket }: { ticket: Ticket }) {
  const { data: held = [] } = useQuery(heldQuery(ticket.number));
  return held.map((message) => <Waiting key={message.id} ticket={ticket} message={message} />);
}

function Waiting({ ticket, message }: { ticket: Ticket; message: Message }) {
  const until = message.held_until ? Date.parse(message.held_until) : 0;
  const [now, setNow] = useState(Date.now);
  const isOver = now >= until;
  useEffect(() => {
    // Released a moment after its time; until then it is asked for again.
    const timer = setTimeout(() => {
      setNow(Date.now());
      if (isOver) afterMessage(ticket.number);
    }, 1000);
    return () => clearTimeout(timer);
  });
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return (
    <article aria-label={t("tickets.held")}>
      <Line>
        <div className="-ms-2 rounded-row border-s-2 border-dotted border-control px-2">
          <div className="opacity-75">
            <MessageBody message={message} onResize={() => {}} />
          </div>
          <p role="status" className="mt-1 flex items-center gap-2 text-12 text-ink-3">
            {isOver ? t("tickets.sending") : t("tickets.held.in", { seconds: number(seconds) })}
            {isOver ? null : (
              <Button
                look="quiet"
                className="h-6 px-1.5 text-12"
                onPress={() => void undoSend(ticket.number, message.id)}
              >
                {t("ui.undo")}
                <Kbd keys="Z" />
              </Button>
            )}
          </p>
        </div>
      </Line>
    </article>
  );
}
