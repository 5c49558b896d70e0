import { t } from "@helpdesk/i18n";
import { Avatar, Button, ConfirmDialog, CountBadge } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { perform, ResourceList, RowMenu, SettingsPage } from "../../settings/index.ts";
import { deleteTeam, staffQuery, type Team, teamsListQuery } from "../api.ts";
import { TeamDialog } from "../ui/TeamDialog.tsx";

const route = getRouteApi("/shell/settings/teams");
/** Faces beside a team; the rest is a number. */
const shown = 6;

/** Groups that tickets are assigned to. */
export function TeamsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useQuery(teamsListQuery(search));
  const { data: staff = [] } = useQuery(staffQuery);
  const [open, setOpen] = useState<Team | "new">();
  const [leaving, setLeaving] = useState<Team>();
  const create = <Button onPress={() => setOpen("new")}>{t("people.team.new")}</Button>;
  return (
    <SettingsPage
      title={t("people.teams")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button look="primary" onPress={() => setOpen("new")}>
          {t("people.team.new")}
        </Button>
      }
    >
      <ResourceList
        label={t("people.teams")}
        list={list}
        search={search}
        onSearch={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
        canFind
        rowKey={(team) => team.id}
        columns={[
          {
            id: "name",
            title: t("people.name"),
            cell: (team) => (
              <button
                type="button"
                className="min-h-6 max-w-64 truncate text-start font-medium hover:underline"
                onClick={() => setOpen(team)}
              >
                <bdi>{team.name}</bdi>
              </button>
            ),
          },
          {
            id: "members",
            title: t("people.team.members"),
            cell: (team) => (
              <Faces names={team.members.flatMap((id) => staff.find((one) => one.id === id)?.name ?? [])} />
            ),
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "w-10 text-end",
            cell: (team) => (
              <RowMenu
                label={t("settings.actions-of", { name: team.name })}
                actions={[
                  { id: "edit", name: t("people.team.edit"), icon: "edit", run: () => setOpen(team) },
                  {
                    id: "delete",
                    name: t("people.team.delete"),
                    icon: "trash",
                    isDanger: true,
                    run: () => setLeaving(team),
                  },
                ]}
              />
            ),
          },
        ]}
        empty={{ title: t("people.team.none"), text: t("people.team.none.why"), action: create }}
      />
      {open ? (
        <TeamDialog team={open === "new" ? undefined : open} staff={staff} onClose={() => setOpen(undefined)} />
      ) : null}
      <ConfirmDialog
        title={t("people.team.delete.ask", { name: leaving?.name })}
        text={t("people.team.delete.why")}
        action={t("people.team.delete")}
        isOpen={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        onConfirm={() => {
          setLeaving(undefined);
          if (!leaving) return;
          void perform(() => deleteTeam(leaving.id), {
            refresh: ["teams", "users"],
            done: t("people.team.deleted", { name: leaving.name }),
          });
        }}
      />
    </SettingsPage>
  );
}

function Faces({ names }: { names: string[] }) {
  return (
    <span className="flex items-center gap-2" title={names.join(", ")}>
      <span className="flex -space-x-1.5 rtl:space-x-reverse">
        {names.slice(0, shown).map((name) => (
          <span key={name} className="rounded-full ring-2 ring-surface">
            <Avatar name={name} size={24} />
          </span>
        ))}
      </span>
      <span className="text-12 text-ink-3">{t("people.team.member-count", { count: names.length })}</span>
    </span>
  );
}
