import { t } from "@helpdesk/i18n";
import { Avatar, Button, errorText, IconButton, Menu, MenuItem, MenuTrigger, toast } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useMay, useMe } from "../../../app.ts";
import { peopleQuery } from "../../../shell/queries.ts";
import { setWatching, type Ticket, watchersQuery } from "../api.ts";
import { Section } from "./parts.tsx";

/** Who is told of what happens here without being the one who answers. */
export function Watchers({ ticket }: { ticket: Ticket }) {
  const me = useMe();
  const mayEdit = useMay("tickets:update");
  const { data: watchers = [] } = useQuery(watchersQuery(ticket.number));
  const { data: people = [] } = useQuery(peopleQuery);
  const isWatching = watchers.some((person) => person.id === me.id);
  const set = (user: string, on: boolean) =>
    void setWatching(ticket, user, on).catch((error) => toast(errorText(error), { kind: "failed" }));
  const others = people.filter(
    (person) => person.status === "active" && person.id !== me.id && !watchers.some((one) => one.id === person.id),
  );
  return (
    <Section
      title={t("tickets.watchers")}
      aside={
        <Button look="quiet" className="-me-1.5 h-6 px-1.5 text-12" onPress={() => set(me.id, !isWatching)}>
          {t(isWatching ? "tickets.watchers.leave" : "tickets.watchers.join")}
        </Button>
      }
    >
      {watchers.length === 0 ? <p className="text-ink-3">{t("tickets.watchers.none")}</p> : null}
      <ul>
        {watchers.map((person) => (
          <li key={person.id} className="flex min-h-7 items-center gap-2">
            <Avatar name={person.name} size={18} />
            <bdi className="min-w-0 flex-1 truncate">{person.name}</bdi>
            {mayEdit || person.id === me.id ? (
              <IconButton
                icon="close"
                label={t("tickets.watchers.remove", { name: person.name })}
                className="size-6"
                onPress={() => set(person.id, false)}
              />
            ) : null}
          </li>
        ))}
      </ul>
      {mayEdit && others.length > 0 ? (
        <MenuTrigger>
          <Button look="quiet" className="-ms-2.5">
            {t("tickets.watchers.add")}
          </Button>
          <Menu aria-label={t("tickets.watchers.add")} onAction={(key) => set(String(key), true)}>
            {others.map((person) => (
              <MenuItem key={person.id} id={person.id}>
                {person.name}
              </MenuItem>
            ))}
          </Menu>
        </MenuTrigger>
      ) : null}
    </Section>
  );
}
