import { dateTime, dayTime, t } from "@helpdesk/i18n";
import { Button, errorText } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useStatusName } from "../../triage/index.ts";
import { historyQuery, type Ticket } from "../api.ts";
import { sentence } from "../conversation/sentence.ts";
import { Section } from "./parts.tsx";

/** Changes that are shown before somebody asks for all. */
const few = 5;

/** Every change of the ticket, newest first. */
export function Activity({ ticket }: { ticket: Ticket }) {
  const { data, error, refetch } = useQuery(historyQuery(ticket.number));
  const statusName = useStatusName();
  const [isWhole, setWhole] = useState(false);
  const newest = data?.toReversed() ?? [];
  return (
    <Section title={t("tickets.history")} aside={data?.length || null}>
      {error ? (
        <p role="alert" className="text-late">
          {errorText(error)}{" "}
          <Button look="quiet" onPress={() => void refetch()}>
            {t("ui.retry")}
          </Button>
        </p>
      ) : null}
      {data?.length === 0 ? <p className="text-ink-3">{t("tickets.history.none")}</p> : null}
      <ol className="grid gap-2">
        {newest.slice(0, isWhole ? undefined : few).map((change) => (
          <li key={change.id} className="text-12">
            <p className="text-ink-2 [overflow-wrap:anywhere]">
              {sentence(change, statusName)}
              {change.reason ? <bdi> ({change.reason})</bdi> : null}
            </p>
            <p className="text-ink-3">
              <bdi>{change.actor.name || t("tickets.system")}</bdi>
              {" · "}
              <time dateTime={change.at} title={dateTime(change.at)}>
                {dayTime(change.at)}
              </time>
            </p>
          </li>
        ))}
      </ol>
      {newest.length > few ? (
        <Button look="quiet" className="-ms-2.5 mt-1" onPress={() => setWhole(!isWhole)}>
          {t(isWhole ? "tickets.history.less" : "tickets.history.all")}
        </Button>
      ) : null}
    </Section>
  );
}
