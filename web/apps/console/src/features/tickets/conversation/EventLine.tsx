import { t } from "@helpdesk/i18n";
import { useStatusName } from "../../triage/index.ts";
import { Line } from "./Line.tsx";
import { sentence } from "./sentence.ts";
import type { Event } from "./timeline.ts";

/** What somebody changed at one time, as one sentence on the line of the conversation. */
export function EventLine({ event }: { event: Event }) {
  const statusName = useStatusName();
  const reason = event.changes.find((change) => change.reason)?.reason;
  return (
    <Line at={event.at}>
      <p className="text-12 leading-[1.125rem] text-ink-3 [overflow-wrap:anywhere]">
        <bdi>{event.actor || t("tickets.system")}</bdi>
        {": "}
        {event.changes.map((change) => sentence(change, statusName)).join(" · ")}
        {reason ? <bdi> ({reason})</bdi> : null}
      </p>
    </Line>
  );
}
