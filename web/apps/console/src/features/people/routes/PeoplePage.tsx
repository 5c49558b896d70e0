import { day, t } from "@helpdesk/i18n";
import { Avatar, Button, type Column, CountBadge, Select } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../../../app.ts";
import { teamsQuery } from "../../../shell/queries.ts";
import { roleName } from "../../../shell/words.ts";
import { ResourceList, SettingsPage } from "../../settings/index.ts";
import { type Person, peopleQuery, rolesQuery } from "../api.ts";
import { InviteDialog } from "../ui/InviteDialog.tsx";

const route = getRouteApi("/shell/settings/people");
const statuses = ["active", "suspended", "removed"];

/** Everybody who works here. */
export function PeoplePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const list = useQuery(peopleQuery(search));
  const { data: roles } = useQuery(rolesQuery);
  const { data: teams } = useQuery(teamsQuery);
  const [isInviting, setInviting] = useState(false);
  const change = (next: Record<string, unknown>) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const columns: Column<Person>[] = [
    {
      id: "name",
      title: t("people.name"),
      order: "name",
      cell: (person) => (
        <Link
          to="/settings/people/$id"
          params={{ id: person.id }}
          className="inline-flex min-h-6 max-w-64 items-center gap-2 font-medium hover:underline"
        >
          <Avatar name={person.name} size={24} />
          <bdi className="truncate">{person.name}</bdi>
          {person.id === me.id ? <span className="font-normal text-ink-3">({t("people.you")})</span> : null}
        </Link>
      ),
    },
    {
      id: "email",
      title: t("people.email"),
      order: "email",
      isWide: true,
      cell: (person) => <bdi className="text-ink-2">{person.email}</bdi>,
    },
    {
      id: "role",
      title: t("people.role"),
      cell: (person) => {
        const role = roles?.find(({ key }) => key === person.role);
        return <bdi>{role ? roleName(role) : person.role}</bdi>;
      },
    },
    {
      id: "teams",
      title: t("people.teams"),
      isWide: true,
      cell: (person) => (
        <span className="line-clamp-1 max-w-56 text-ink-2">
          {teams
            ?.filter((team) => person.teams.includes(team.id))
            .map((team) => team.name)
            .join(", ")}
        </span>
      ),
    },
    {
      id: "status",
      title: t("people.status"),
      cell: (person) => (
        <span className={person.status === "active" ? "text-ink-2" : "text-warn"}>
          {t(`people.status.${person.status}`)}
        </span>
      ),
    },
    {
      id: "added",
      title: t("people.added"),
      order: "created_at",
      isWide: true,
      className: "whitespace-nowrap text-ink-3 tabular-nums",
      cell: (person) => day(person.created_at),
    },
  ];
  return (
    <SettingsPage
      title={t("people.people")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button look="primary" onPress={() => setInviting(true)}>
          {t("people.invite")}
        </Button>
      }
    >
      <ResourceList
        label={t("people.people")}
        columns={columns}
        rowKey={(person) => person.id}
        list={list}
        search={search}
        onSearch={change}
        canFind
        ordering="name"
        filters={
          <>
            <Select
              label={t("people.role")}
              isLabelHidden
              className="flex-1 sm:w-40 sm:flex-none"
              items={[
                { id: "", name: t("people.any-role") },
                ...(roles ?? []).map((role) => ({ id: role.key, name: roleName(role) })),
              ]}
              value={search.role ?? ""}
              onChange={(role) => change({ role: role || undefined, page: undefined })}
            />
            <Select
              label={t("people.status")}
              isLabelHidden
              className="flex-1 sm:w-48 sm:flex-none"
              items={[
                { id: "", name: t("people.status.present") },
                ...statuses.map((status) => ({ id: status, name: t(`people.status.${status}`) })),
              ]}
              value={search.status ?? ""}
              onChange={(status) => change({ status: status || undefined, page: undefined })}
            />
          </>
        }
        empty={{ title: t("people.empty") }}
      />
      {isInviting ? <InviteDialog roles={roles ?? []} onClose={() => setInviting(false)} /> : null}
    </SettingsPage>
  );
}
