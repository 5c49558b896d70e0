import { dateTime, relative, t } from "@helpdesk/i18n";
import { Button } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { perform, ResourceList } from "../../settings/index.ts";
import { failedMailsQuery, retryMail } from "../api.ts";

/** Mails that were given up, or came back: to whom, why, and another try. */
export function FailedMails() {
  const [page, setPage] = useState(1);
  const list = useQuery(failedMailsQuery(page));
  const retry = (id: string, to: string) =>
    void perform(() => retryMail(id), { refresh: ["jobs"], done: t("operations.mail.retried", { to }) });
  return (
    <>
      <h2 className="mt-8 mb-2 text-15 font-semibold">{t("operations.mail")}</h2>
      <ResourceList
        label={t("operations.mail")}
        list={list}
        search={{ page }}
        onSearch={(change) => setPage(Number(change.page ?? 1))}
        rowKey={(mail) => mail.id}
        columns={[
          { id: "to", title: t("operations.mail.to"), cell: (mail) => <bdi className="font-medium">{mail.to}</bdi> },
          {
            id: "subject",
            title: t("operations.mail.subject"),
            isWide: true,
            cell: (mail) => <bdi>{mail.subject ?? "—"}</bdi>,
          },
          {
            id: "failed",
            title: t("operations.job.died"),
            className: "whitespace-nowrap",
            cell: (mail) =>
              mail.failed_at ? <span title={dateTime(mail.failed_at)}>{relative(mail.failed_at)}</span> : null,
          },
          {
            id: "error",
            title: t("operations.job.error"),
            cell: (mail) => (
              <span className="line-clamp-2 text-late" title={mail.error ?? ""} dir="auto">
                {mail.error}
              </span>
            ),
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "text-end",
            cell: (mail) => <Button onPress={() => retry(mail.id, mail.to)}>{t("ui.retry")}</Button>,
          },
        ]}
        empty={{ title: t("operations.mail.none") }}
      />
    </>
  );
}
