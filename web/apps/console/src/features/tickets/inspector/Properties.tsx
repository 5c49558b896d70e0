import { t } from "@helpdesk/i18n";
import { Avatar, type Choice, PriorityBars } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useMay, useMe } from "../../../app.ts";
import { peopleQuery, teamsQuery } from "../../../shell/queries.ts";
import type { Patch, Ticket } from "../api.ts";
import { editTicket } from "../edit.ts";
import { PropertySelect } from "./PropertySelect.tsx";
import { Pair } from "./parts.tsx";
import { Tags } from "./Tags.tsx";

const priorities = ["urgent", "high", "medium", "low"] as const;
const types = ["question", "incident", "problem", "task"] as const;
const nobody = (): Choice => ({ id: "", name: t("tickets.none") });

/** Changes a field, shown at once, with a way back. */
function edit(ticket: Ticket, patch: Patch, shown: Partial<Ticket>, field: string, value: string): void {
  const done = t("tickets.changed", { field: t(`tickets.field.${field}`), value });
  void editTicket(ticket.number, patch, shown, done);
}

/** What is known of the ticket, each line to be changed in place by whoever may. */
export function Properties({ ticket }: { ticket: Ticket }) {
  const [mayEdit, mayAssign] = [useMay("tickets:update"), useMay("tickets:assign")];
  return (
    <>
      <Assignee ticket={ticket} isFixed={!mayAssign} />
      <Team ticket={ticket} isFixed={!mayAssign} />
      <PropertySelect
        label={t("tickets.field.priority")}
        isDisabled={!mayEdit}
        value={ticket.priority}
        items={priorities.map((id) => ({
          id,
          name: t(`tickets.priority.${id}`),
          sign: <PriorityBars priority={id} />,
        }))}
        onChange={(id) => {
          const priority = id as Ticket["priority"];
          edit(ticket, { priority }, { priority }, "priority", t(`tickets.priority.${id}`));
        }}
      />
      <PropertySelect
        label={t("tickets.field.type")}
        isDisabled={!mayEdit}
        value={ticket.type}
        items={types.map((id) => ({ id, name: t(`tickets.type.${id}`) }))}
        onChange={(type) => edit(ticket, { type }, { type }, "type", t(`tickets.type.${type}`))}
      />
      <Pair label={t("tickets.field.channel")}>{t(`tickets.channel.${ticket.channel}`)}</Pair>
      {ticket.category ? <Pair label={t("tickets.field.category")}>{ticket.category}</Pair> : null}
      <Tags
        tags={ticket.tags ?? []}
        isFixed={!mayEdit}
        onChange={(tags) => edit(ticket, { tags }, { tags }, "tags", tags.join(", ") || t("tickets.none"))}
      />
    </>
  );
}

type Part = { ticket: Ticket; isFixed: boolean };

function Assignee({ ticket, isFixed }: Part) {
  const me = useMe();
  const { data } = useQuery(peopleQuery);
  const people = (data ?? []).filter((person) => person.status === "active" && person.role !== "viewer");
  const isKnown = people.some((person) => person.id === ticket.assignee?.id);
  const all = [...(ticket.assignee && !isKnown ? [ticket.assignee] : []), ...people];
  // Oneself first: that is what is chosen most.
  all.sort((one, other) => Number(other.id === me.id) - Number(one.id === me.id));
  return (
    <PropertySelect
      label={t("tickets.field.assignee")}
      isSearchable
      isDisabled={isFixed}
      value={ticket.assignee?.id ?? ""}
      items={[nobody(), ...all.map(({ id, name }) => ({ id, name, sign: <Avatar name={name} size={18} /> }))]}
      onChange={(id) => {
        const found = all.find((person) => person.id === id);
        const assignee = found ? { id: found.id, name: found.name } : null;
        edit(ticket, { assignee: assignee?.id ?? null }, { assignee }, "assignee", assignee?.name ?? t("tickets.none"));
      }}
    />
  );
}

function Team({ ticket, isFixed }: Part) {
  const { data } = useQuery(teamsQuery);
  const teams = data ?? (ticket.team ? [ticket.team] : []);
  return (
    <PropertySelect
      label={t("tickets.field.team")}
      isDisabled={isFixed}
      value={ticket.team?.id ?? ""}
      items={[nobody(), ...teams.map(({ id, name }) => ({ id, name }))]}
      onChange={(id) => {
        const found = teams.find((one) => one.id === id);
        const team = found ? { id: found.id, name: found.name } : undefined;
        edit(ticket, { team: team?.id ?? null }, { team }, "team", team?.name ?? t("tickets.none"));
      }}
    />
  );
}
