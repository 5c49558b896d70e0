import { dateTime, dayTime, duration, t } from "@helpdesk/i18n";
import { clockOf, TimeRail, timeLeft, useNow } from "@helpdesk/ui";
import type { Ticket } from "../api.ts";
import { Pair, Section } from "./parts.tsx";

/** What was promised to the customer and how it stands. */
export function Promises({ ticket }: { ticket: Ticket }) {
  const { sla, created_at: start } = ticket;
  if (sla.state === "none") return null;
  return (
    <Section title={t("tickets.promise")} aside={sla.policy ? <bdi>{sla.policy.name}</bdi> : null}>
      <div className="relative ps-3">
        <TimeRail clock={clockOf(ticket)} />
        <Kept
          label={t("ui.clock.first_response")}
          due={sla.first_response_due_at}
          done={ticket.first_response_at}
          start={start}
        />
        <Kept label={t("ui.clock.next_response")} due={sla.next_response_due_at} start={start} />
        <Kept
          label={t("ui.clock.resolution")}
          due={sla.resolution_due_at}
          done={ticket.resolved_at ?? ticket.closed_at}
          start={start}
        />
      </div>
    </Section>
  );
}

type Props = { label: string; due: string | null | undefined; done?: string | null | undefined; start: string };

function Kept({ label, due, done, start }: Props) {
  const now = useNow();
  if (!due) return null;
  if (done) {
    const took = duration((Date.parse(done) - Date.parse(start)) / 1000);
    const isLate = Date.parse(done) > Date.parse(due);
    return (
      <Pair label={label}>
        <span title={dateTime(done)} className={isLate ? "text-late" : ""}>
          {t(isLate ? "tickets.promise.missed" : "tickets.promise.met", { took })}
        </span>
      </Pair>
    );
  }
  const clock = { kind: "resolution", start: Date.parse(start), due: Date.parse(due), paused: false } as const;
  const isLate = now >= clock.due;
  return (
    <Pair label={label}>
      <span title={dateTime(due)} className={isLate ? "font-semibold text-late" : ""}>
        {isLate ? "▲ " : ""}
        <bdi>{timeLeft(clock, now)}</bdi>
        <span className="font-normal text-ink-3"> · {dayTime(due)}</span>
      </span>
    </Pair>
  );
}
