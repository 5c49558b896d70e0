import { dateTime, dayTime, t } from "@helpdesk/i18n";
import { CountBadge, Page, TextField, useTitle } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ResourceList } from "../../settings/index.ts";
import { logQuery } from "../api.ts";

const route = getRouteApi("/operator/log");

/** What operators and the command line did; nothing in it can be changed. */
export function LogPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useQuery(logQuery(search));
  useTitle(t("operator.log"), t("operator.title"));
  const change = (next: Record<string, unknown>) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...next }), replace: true });
  return (
    <Page title={t("operator.log")} aside={<CountBadge count={list.data?.count} />}>
      <ResourceList
        label={t("operator.log")}
        list={list}
        search={search}
        onSearch={change}
        rowKey={(row) => row.id}
        filters={
          <TextField
            key={search.organization ?? ""}
            className="w-56"
            label={t("operator.log.organization")}
            defaultValue={search.organization ?? ""}
            onBlur={({ target }) => change({ organization: (target as HTMLInputElement).value.trim() || undefined })}
            onKeyDown={({ key, target }) => key === "Enter" && (target as HTMLInputElement).blur()}
          />
        }
        columns={[
          {
            id: "at",
            title: t("operator.log.at"),
            className: "whitespace-nowrap tabular-nums",
            cell: (row) => <span title={dateTime(row.at)}>{dayTime(row.at)}</span>,
          },
          {
            id: "operator",
            title: t("operator.log.operator"),
            cell: (row) => <bdi>{row.operator ?? t("operator.log.command-line")}</bdi>,
          },
          {
            id: "action",
            title: t("operator.log.action"),
            cell: (row) => <bdi className="font-mono text-12">{row.action}</bdi>,
          },
          { id: "organization", title: t("operator.log.organization"), cell: (row) => <bdi>{row.organization}</bdi> },
          {
            id: "details",
            title: t("operator.log.details"),
            isWide: true,
            cell: (row) => <bdi className="line-clamp-1 text-12 break-all text-ink-3">{details(row.details)}</bdi>,
          },
          {
            id: "ip",
            title: t("operator.log.ip"),
            isWide: true,
            cell: (row) => <bdi className="font-mono text-12">{row.ip}</bdi>,
          },
        ]}
        empty={{ title: t("operator.log.none") }}
      />
    </Page>
  );
}

/** "placement: schema, name: Acme" */
const details = (values: Record<string, unknown>) =>
  Object.entries(values)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
