import { dateTime, dayTime, relative, t } from "@helpdesk/i18n";
import { Button } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { FormSection, perform, ResourceList } from "../../settings/index.ts";
import { endSessions, type Person, sessionsQuery } from "../api.ts";
import { clientName } from "./clientName.ts";

/** Where somebody is signed in. */
export function PersonSessions({ person }: { person: Person }) {
  const list = useQuery(sessionsQuery(person.id));
  const end = () =>
    perform(() => endSessions(person.id), {
      refresh: ["users"],
      done: t("people.sessions.ended", { name: person.name }),
    });
  return (
    <FormSection
      title={t("people.sessions")}
      actions={
        list.data?.results.length ? <Button onPress={() => void end()}>{t("people.sessions.end")}</Button> : null
      }
    >
      <ResourceList
        label={t("people.sessions")}
        list={list}
        rowKey={(row) => row.id}
        columns={[
          {
            id: "client",
            title: t("people.sessions.where"),
            cell: (row) => (
              <bdi title={row.user_agent ?? ""}>{clientName(row.user_agent) ?? t("people.sessions.unknown")}</bdi>
            ),
          },
          {
            id: "ip",
            title: t("people.sessions.address"),
            cell: (row) => <bdi className="font-mono text-12">{row.ip}</bdi>,
          },
          {
            id: "since",
            title: t("people.sessions.since"),
            isWide: true,
            cell: (row) => <span title={dateTime(row.created_at)}>{dayTime(row.created_at)}</span>,
          },
          {
            id: "seen",
            title: t("people.sessions.seen"),
            cell: (row) => <span title={dateTime(row.last_seen_at)}>{relative(row.last_seen_at)}</span>,
          },
        ]}
        empty={{ title: t("people.sessions.none") }}
      />
    </FormSection>
  );
}
