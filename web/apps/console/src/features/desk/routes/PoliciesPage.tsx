import { duration, t } from "@helpdesk/i18n";
import { Button, CountBadge, PriorityBars } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { perform, ResourceList, RowMenu, SettingsPage } from "../../settings/index.ts";
import { priorityName } from "../../triage/index.ts";
import { changePolicy, deletePolicy, type Policy, policiesQuery, restorePolicy } from "../api.ts";
import { PolicyDialog } from "../ui/PolicyDialog.tsx";

/** Tickets are recomputed by the server when a policy changes, so what shows them is old. */
const refresh = ["sla-policies", "tickets", "counts"];

/** How soon tickets are answered and solved; one policy of each priority is active. */
export function PoliciesPage() {
  const list = useQuery(policiesQuery);
  const [open, setOpen] = useState<Policy | "new">();
  const activate = (policy: Policy) =>
    void perform(() => changePolicy(policy, { is_active: true }), {
      refresh,
      done: t("desk.policy.activated", { name: policy.name }),
    });
  const remove = ({ id, name }: Policy) =>
    void perform(() => deletePolicy(id), {
      refresh,
      done: t("desk.policy.deleted", { name }),
      undo: () => perform(() => restorePolicy(id), { refresh, done: t("desk.policy.restored", { name }) }),
    });
  return (
    <SettingsPage
      title={t("settings.policies")}
      about={t("desk.policy.about")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button look="primary" onPress={() => setOpen("new")}>
          {t("desk.policy.new")}
        </Button>
      }
    >
      <ResourceList
        label={t("settings.policies")}
        list={list}
        rowKey={(policy) => policy.id}
        columns={[
          {
            id: "name",
            title: t("desk.name"),
            cell: (policy) => (
              <button
                type="button"
                className="min-h-6 max-w-64 truncate text-start font-medium hover:underline"
                onClick={() => setOpen(policy)}
              >
                <bdi>{policy.name}</bdi>
              </button>
            ),
          },
          {
            id: "priority",
            title: t("desk.priority"),
            cell: ({ priority }) => (
              <span className="flex items-center gap-2">
                <PriorityBars priority={priority} />
                {priorityName(priority)}
              </span>
            ),
          },
          { id: "response", title: t("desk.response"), cell: (policy) => <Target minutes={policy.response_time} /> },
          {
            id: "resolution",
            title: t("desk.resolution"),
            cell: (policy) => <Target minutes={policy.resolution_time} />,
          },
          {
            id: "state",
            title: t("desk.state"),
            isWide: true,
            cell: (policy) => (
              <span className={policy.is_active ? "text-ok" : "text-ink-3"}>
                {t(policy.is_active ? "desk.active" : "desk.retired")}
              </span>
            ),
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "w-10 text-end",
            cell: (policy) => (
              <RowMenu
                label={t("settings.actions-of", { name: policy.name })}
                actions={[
                  { id: "edit", name: t("desk.edit"), icon: "edit", run: () => setOpen(policy) },
                  !policy.is_active && {
                    id: "activate",
                    name: t("desk.policy.activate"),
                    icon: "check",
                    run: () => activate(policy),
                  },
                  { id: "delete", name: t("desk.delete"), icon: "trash", isDanger: true, run: () => remove(policy) },
                ]}
              />
            ),
          },
        ]}
        empty={{ title: t("desk.policy.none"), text: t("desk.policy.none.why") }}
      />
      {open ? <PolicyDialog policy={open === "new" ? undefined : open} onClose={() => setOpen(undefined)} /> : null}
    </SettingsPage>
  );
}

const Target = ({ minutes }: { minutes: number }) => (
  <span className="whitespace-nowrap tabular-nums">
    {minutes === 0 ? t("desk.policy.shipped") : duration(minutes * 60)}
  </span>
);
