import { dateTime, dayTime, number, t } from "@helpdesk/i18n";
import { Button, ConfirmDialog, CountBadge, Dialog, ErrorState, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { perform, ResourceList, RowMenu, SettingsPage } from "../../settings/index.ts";
import { discardMail, type Quarantined, quarantinedQuery, quarantineQuery, releaseMail } from "../api.ts";
import { Source } from "../ui/Source.tsx";

const route = getRouteApi("/shell/settings/quarantine");
const refresh = ["mail-quarantine"];

/** Mails that could not become messages. */
export function QuarantinePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useQuery(quarantineQuery(search));
  const [open, setOpen] = useState<Quarantined>();
  const [leaving, setLeaving] = useState<Quarantined>();
  const release = ({ id }: Quarantined) =>
    void perform(() => releaseMail(id), { refresh, done: t("mail.quarantine.released") });
  return (
    <SettingsPage
      title={t("settings.quarantine")}
      about={t("mail.quarantine.about")}
      aside={<CountBadge count={list.data?.count} />}
    >
      <ResourceList
        label={t("settings.quarantine")}
        list={list}
        search={search}
        onSearch={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
        rowKey={(row) => row.id}
        columns={[
          {
            id: "subject",
            title: t("mail.subject"),
            cell: (row) => (
              <button
                type="button"
                className="line-clamp-1 min-h-6 text-start font-medium hover:underline"
                onClick={() => setOpen(row)}
              >
                <bdi>{row.subject || t("mail.no-subject")}</bdi>
              </button>
            ),
          },
          { id: "sender", title: t("mail.from"), cell: (row) => <bdi>{row.sender}</bdi> },
          { id: "mailbox", title: t("mail.to"), isWide: true, cell: (row) => <bdi>{row.mailbox}</bdi> },
          {
            id: "reason",
            title: t("mail.quarantine.reason"),
            cell: (row) => (
              <span className="line-clamp-2 text-warn" dir="auto">
                {row.reason}
              </span>
            ),
          },
          {
            id: "size",
            title: t("mail.size"),
            isWide: true,
            className: "tabular-nums whitespace-nowrap",
            cell: (row) => t("mail.kilobytes", { size: number(Math.ceil(row.size / 1000)) }),
          },
          {
            id: "at",
            title: t("mail.received"),
            isWide: true,
            className: "whitespace-nowrap",
            cell: (row) => <span title={dateTime(row.received_at)}>{dayTime(row.received_at)}</span>,
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "w-10 text-end",
            cell: (row) => (
              <RowMenu
                label={t("settings.actions-of", { name: row.subject || t("mail.no-subject") })}
                actions={[
                  { id: "release", name: t("mail.quarantine.release"), icon: "check", run: () => release(row) },
                  {
                    id: "discard",
                    name: t("mail.quarantine.discard"),
                    icon: "trash",
                    isDanger: true,
                    run: () => setLeaving(row),
                  },
                ]}
              />
            ),
          },
        ]}
        empty={{ title: t("mail.quarantine.none"), text: t("mail.quarantine.none.why") }}
      />
      {open ? <SourceDialog mail={open} onClose={() => setOpen(undefined)} /> : null}
      <ConfirmDialog
        title={t("mail.quarantine.discard.ask")}
        text={t("mail.quarantine.discard.why")}
        action={t("mail.quarantine.discard")}
        isOpen={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        onConfirm={() => {
          setLeaving(undefined);
          if (leaving) void perform(() => discardMail(leaving.id), { refresh, done: t("mail.quarantine.discarded") });
        }}
      />
    </SettingsPage>
  );
}

function SourceDialog({ mail, onClose }: { mail: Quarantined; onClose: () => void }) {
  const { data, error, refetch } = useQuery(quarantinedQuery(mail.id));
  return (
    <Dialog
      isOpen
      width="wide"
      title={mail.subject || t("mail.no-subject")}
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      {data ? (
        <Source raw={data.raw} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton />
      )}
      <div className="mt-4 flex justify-end">
        <Button onPress={onClose}>{t("ui.close")}</Button>
      </div>
    </Dialog>
  );
}
