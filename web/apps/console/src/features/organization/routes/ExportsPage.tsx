import { dateTime, dayTime, number, t } from "@helpdesk/i18n";
import { Button } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { perform, ResourceList, SettingsPage } from "../../settings/index.ts";
import { type Export, exportLink, exportsQuery, startExport } from "../api.ts";

/** Archives of everything the organization has. */
export function ExportsPage() {
  const list = useQuery(exportsQuery);
  const start = (
    <Button look="primary" onPress={() => void perform(startExport, { refresh: ["exports"] })}>
      {t("organization.export.start")}
    </Button>
  );
  const download = (one: Export) =>
    void perform(
      async () => {
        const link = await exportLink(one.id);
        if (link) location.assign(link);
      },
      { refresh: ["exports"] },
    );
  return (
    <SettingsPage title={t("settings.exports")} about={t("organization.export.about")} actions={start}>
      <ResourceList
        label={t("settings.exports")}
        list={list}
        rowKey={(row) => row.id}
        columns={[
          {
            id: "created",
            title: t("organization.export.created"),
            cell: (row) => <span title={dateTime(row.created_at)}>{dayTime(row.created_at)}</span>,
          },
          { id: "by", title: t("organization.export.by"), isWide: true, cell: (row) => <bdi>{row.requested_by}</bdi> },
          { id: "state", title: t("organization.export.state"), cell: (row) => <State row={row} /> },
          {
            id: "size",
            title: t("organization.export.size"),
            isWide: true,
            className: "tabular-nums",
            cell: (row) =>
              row.size == null ? "" : t("organization.export.kilobytes", { size: number(Math.ceil(row.size / 1000)) }),
          },
          {
            id: "until",
            title: t("organization.export.until"),
            isWide: true,
            cell: (row) => (row.expires_at ? dayTime(row.expires_at) : ""),
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "text-end",
            cell: (row) =>
              row.state === "ready" ? (
                <Button onPress={() => download(row)}>{t("organization.export.download")}</Button>
              ) : null,
          },
        ]}
        empty={{ title: t("organization.export.none") }}
      />
    </SettingsPage>
  );
}

function State({ row }: { row: Export }) {
  const text = t(`organization.export.state.${row.state}`);
  if (row.state === "running") {
    return (
      <span className="flex items-center gap-2">
        <progress
          aria-label={text}
          max={100}
          value={row.progress}
          className="h-1.5 w-24 appearance-none overflow-hidden rounded-full bg-track [&::-webkit-progress-bar]:bg-track [&::-webkit-progress-value]:bg-petrol"
        />
        <span className="text-12 text-ink-3 tabular-nums">{number(row.progress)} %</span>
      </span>
    );
  }
  return (
    <span className={row.state === "failed" ? "text-late" : ""}>{row.error ? `${text}: ${row.error}` : text}</span>
  );
}
