import { dateTime, dayTime, relative, t } from "@helpdesk/i18n";
import { Button, CountBadge } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { perform, ResourceList, SettingsPage } from "../../settings/index.ts";
import { type Job, jobsQuery, retryJob, schedulesQuery } from "../api.ts";

import { FailedMails } from "../ui/FailedMails.tsx";

const route = getRouteApi("/shell/settings/jobs");

/** What was given up after several tries, and what is done by the clock. */
export function JobsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useQuery(jobsQuery(search));
  const schedules = useQuery(schedulesQuery);
  const retry = (job: Job) =>
    void perform(() => retryJob(job.id), { refresh: ["jobs"], done: t("operations.job.retried", { kind: job.kind }) });
  return (
    <SettingsPage
      title={t("settings.jobs")}
      about={t("operations.job.about")}
      aside={<CountBadge count={list.data?.count} />}
      actions={<Button onPress={() => void list.refetch()}>{t("operations.job.refresh")}</Button>}
    >
      <ResourceList
        label={t("settings.jobs")}
        list={list}
        search={search}
        onSearch={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
        rowKey={(job) => job.id}
        columns={[
          {
            id: "kind",
            title: t("operations.job.kind"),
            cell: (job) => <bdi className="font-mono text-12">{job.kind}</bdi>,
          },
          {
            id: "died",
            title: t("operations.job.died"),
            className: "whitespace-nowrap",
            cell: (job) => (job.died_at ? <span title={dateTime(job.died_at)}>{relative(job.died_at)}</span> : null),
          },
          { id: "attempts", title: t("operations.job.attempts"), isWide: true, cell: (job) => job.attempts },
          {
            id: "error",
            title: t("operations.job.error"),
            cell: (job) => (
              <span className="line-clamp-2 text-late" title={job.last_error ?? ""} dir="auto">
                {job.last_error}
              </span>
            ),
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "text-end",
            cell: (job) => <Button onPress={() => retry(job)}>{t("ui.retry")}</Button>,
          },
        ]}
        empty={{ title: t("operations.job.none"), text: t("operations.job.none.why") }}
      />
      <FailedMails />
      <h2 className="mt-8 mb-2 text-15 font-semibold">{t("operations.schedule")}</h2>
      <ResourceList
        label={t("operations.schedule")}
        list={schedules}
        rowKey={(one) => one.name}
        columns={[
          {
            id: "name",
            title: t("operations.schedule.name"),
            cell: (one) => <bdi className="font-mono text-12">{one.name}</bdi>,
          },
          {
            id: "cron",
            title: t("operations.schedule.when"),
            isWide: true,
            cell: (one) => <bdi className="font-mono text-12 text-ink-3">{one.cron}</bdi>,
          },
          {
            id: "last",
            title: t("operations.schedule.last"),
            cell: (one) => (one.last_at ? dayTime(one.last_at) : "—"),
          },
          { id: "next", title: t("operations.schedule.next"), cell: (one) => dayTime(one.next_at) },
        ]}
        empty={{ title: t("operations.schedule.none") }}
      />
    </SettingsPage>
  );
}
