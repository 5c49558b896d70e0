import { t } from "@helpdesk/i18n";
import { Button, CountBadge, IconButton, StatusGlyph } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queries } from "../../../app.ts";
import { perform, ResourceList, RowMenu, SettingsPage } from "../../settings/index.ts";
import { statusesQuery, statusName } from "../../triage/index.ts";
import { reorderStatuses, restoreStatus, retireStatus, type Status } from "../api.ts";
import { moved } from "../order.ts";
import { StatusDialog } from "../ui/StatusDialog.tsx";

const refresh = ["statuses"];

/** What tickets can be, in the order in which it is offered. */
export function StatusesPage() {
  const list = useQuery(statusesQuery);
  const statuses = list.data?.results ?? [];
  const [open, setOpen] = useState<Status | "new">();
  const restore = (status: Status) =>
    perform(() => restoreStatus(status.key), {
      refresh,
      done: t("desk.status.restored", { name: statusName(status) }),
    });
  const retire = (status: Status) =>
    perform(() => retireStatus(status.key), {
      refresh,
      done: t("desk.status.retired", { name: statusName(status) }),
      undo: () => restore(status),
    });
  const move = (at: number, by: number) => {
    const next = moved(statuses, at, by);
    queries.setQueryData(statusesQuery.queryKey, (old) => old && { ...old, results: next });
    void perform(() => reorderStatuses(next.map((status) => status.key)), { refresh });
  };
  return (
    <SettingsPage
      title={t("settings.statuses")}
      about={t("desk.status.about")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button look="primary" onPress={() => setOpen("new")}>
          {t("desk.status.new")}
        </Button>
      }
    >
      <ResourceList
        label={t("settings.statuses")}
        list={list}
        rowKey={(status) => status.key}
        columns={[
          {
            id: "order",
            title: t("desk.status.order"),
            isTitleHidden: true,
            className: "w-18 whitespace-nowrap",
            cell: (status) => {
              const at = statuses.indexOf(status);
              return (
                <>
                  <IconButton
                    icon="up"
                    label={t("desk.status.up", { name: statusName(status) })}
                    isDisabled={at === 0}
                    onPress={() => move(at, -1)}
                  />
                  <IconButton
                    icon="down"
                    label={t("desk.status.down", { name: statusName(status) })}
                    isDisabled={at === statuses.length - 1}
                    onPress={() => move(at, 1)}
                  />
                </>
              );
            },
          },
          {
            id: "name",
            title: t("desk.name"),
            cell: (status) => (
              <button
                type="button"
                className={`flex min-h-6 items-center gap-2 text-start font-medium hover:underline ${status.is_retired ? "text-ink-3 line-through" : ""}`}
                onClick={() => setOpen(status)}
              >
                <StatusGlyph category={status.category} />
                <bdi>{statusName(status)}</bdi>
              </button>
            ),
          },
          { id: "category", title: t("desk.category"), cell: (status) => t(`desk.category.${status.category}`) },
          {
            id: "customers",
            title: t("desk.status.customers"),
            isWide: true,
            cell: (status) => <bdi className="text-ink-2">{status.customer_name ?? statusName(status)}</bdi>,
          },
          {
            id: "key",
            title: t("desk.status.key"),
            isWide: true,
            cell: (status) => <bdi className="font-mono text-12 text-ink-3">{status.key}</bdi>,
          },
          {
            id: "state",
            title: t("desk.state"),
            cell: (status) =>
              status.is_retired ? (
                <span className="text-ink-3">{t("desk.status.is-retired")}</span>
              ) : (
                t("desk.status.in-use")
              ),
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "w-10 text-end",
            cell: (status) => (
              <RowMenu
                label={t("settings.actions-of", { name: statusName(status) })}
                actions={[
                  { id: "edit", name: t("desk.edit"), icon: "edit", run: () => setOpen(status) },
                  status.is_retired
                    ? { id: "restore", name: t("desk.status.restore"), icon: "check", run: () => void restore(status) }
                    : !status.is_built_in && {
                        id: "retire",
                        name: t("desk.status.retire"),
                        icon: "trash",
                        isDanger: true,
                        run: () => void retire(status),
                      },
                ]}
              />
            ),
          },
        ]}
        empty={{ title: t("desk.status.none") }}
      />
      {open ? <StatusDialog status={open === "new" ? undefined : open} onClose={() => setOpen(undefined)} /> : null}
    </SettingsPage>
  );
}
