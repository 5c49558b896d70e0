import { day, t } from "@helpdesk/i18n";
import { Avatar, Banner, Button, ErrorState, Select, Skeleton, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMe } from "../../../app.ts";
import { teamsQuery } from "../../../shell/queries.ts";
import { roleName } from "../../../shell/words.ts";
import { EditForm, FormSection, perform, SettingsPage, useForm } from "../../settings/index.ts";
import { changePerson, type Person, personQuery, restorePerson, rolesQuery, setStatus } from "../api.ts";
import { grantable } from "../ui/grantable.ts";
import { PersonSessions } from "../ui/PersonSessions.tsx";
import { PersonSignIn } from "../ui/PersonSignIn.tsx";

const route = getRouteApi("/shell/settings/people/$id");

/** One member of staff. */
export function PersonPage() {
  const { id } = route.useParams();
  const { data: person, error, refetch } = useQuery(personQuery(id));
  return (
    <SettingsPage
      title={person?.name ?? ""}
      aside={person ? <Avatar name={person.name} size={24} /> : null}
      parent={{ to: "/settings/people", title: t("people.people") }}
    >
      {person ? (
        <PersonParts key={person.id} person={person} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton />
      )}
    </SettingsPage>
  );
}

function PersonParts({ person }: { person: Person }) {
  const isMine = useMe().id === person.id;
  if (person.status === "removed") {
    return (
      <Banner
        kind="warn"
        action={
          <Button
            onPress={() =>
              void perform(() => restorePerson(person.id), {
                refresh: ["users"],
                done: t("people.restored", { name: person.name }),
              })
            }
          >
            {t("people.restore")}
          </Button>
        }
      >
        {t("people.is-removed")}
      </Banner>
    );
  }
  return (
    <>
      {person.status === "suspended" ? (
        <div className="mb-5 max-w-[640px]">
          <Banner
            kind="warn"
            action={
              <Button
                onPress={() =>
                  void perform(() => setStatus(person.id, "active"), {
                    refresh: ["users"],
                    done: t("people.resumed", { name: person.name }),
                  })
                }
              >
                {t("people.resume")}
              </Button>
            }
          >
            {t("people.is-suspended")}
          </Banner>
        </div>
      ) : null}
      <Profile person={person} isMine={isMine} />
      <PersonSignIn person={person} isMine={isMine} />
      <PersonSessions person={person} />
    </>
  );
}

function Profile({ person, isMine }: { person: Person; isMine: boolean }) {
  const { data: roles = [] } = useQuery(rolesQuery);
  const { data: teams } = useQuery(teamsQuery);
  const form = useForm({
    saved: { name: person.name, role: person.role },
    save: (_, changed) => changePerson(person, changed),
    refresh: ["users", "roles"],
  });
  const offered = roles.filter((role) => role.key === person.role || grantable([role]).length > 0);
  const own = teams?.filter((team) => person.teams.includes(team.id)) ?? [];
  return (
    <FormSection title={t("people.profile")}>
      <EditForm form={form}>
        <TextField isRequired label={t("people.name")} {...form.field("name")} />
        <TextField isReadOnly label={t("people.email")} value={person.email} hint={t("people.email.fixed")} />
        <Select
          label={t("people.role")}
          items={offered.map((role) => ({ id: role.key, name: roleName(role) }))}
          value={form.values.role}
          onChange={form.set("role")}
          isDisabled={isMine}
          hint={isMine ? t("people.role.own") : undefined}
          error={form.errors.role}
        />
        <div className="grid gap-1">
          <span className="font-medium text-ink-2">{t("people.teams")}</span>
          <p>
            {own.length > 0 ? own.map((team) => team.name).join(", ") : "—"}{" "}
            <Link to="/settings/teams" className="ms-1 text-petrol underline">
              {t("people.teams")}
            </Link>
          </p>
        </div>
        <p className="text-12 text-ink-3">
          {t("people.added")}: {day(person.created_at)}
        </p>
      </EditForm>
    </FormSection>
  );
}
