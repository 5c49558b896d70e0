import { t } from "@helpdesk/i18n";
import { Avatar, Button, Icon, PriorityBars, StatusGlyph } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import {
  Autocomplete,
  Dialog,
  Heading,
  Input,
  ListBox,
  ListBoxItem,
  Modal,
  ModalOverlay,
  SearchField,
} from "react-aria-components";
import { may, useMe } from "../../app.ts";
import { peopleQuery, teamsQuery } from "../../shell/queries.ts";
import { rank } from "../../shell/rank.ts";
import type { Changes, Shown, Ticket } from "./actions.ts";
import { priorities, priorityName, useStatuses } from "./names.ts";
import type { Asked } from "./useTriage.tsx";

type Choice = { id: string; name: string; detail?: string; sign: ReactNode; isOn: boolean; pick: () => void };

type Props = {
  what: Asked;
  tickets: Ticket[];
  onClose: () => void;
  onPick: (changes: Changes, shown: Shown, done: (count: number) => string) => void;
};

/** Asks for a person, a status, a priority or tags, by typing a few letters. */
export default function Picker({ what, tickets, onClose, onPick }: Props) {
  const [typed, setTyped] = useState("");
  const pick: Props["onPick"] = (changes, shown, done) => {
    onClose();
    onPick(changes, shown, done);
  };
  const title = t(`triage.ask.${what}`, { count: tickets.length });
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(isOpen) => !isOpen && onClose()}
      className="fixed inset-0 z-40 grid items-start justify-items-center bg-scrim px-4 pt-[14vh]"
    >
      <Modal className="float w-full max-w-[420px] overflow-hidden">
        <Dialog className="outline-none">
          <Heading slot="title" className="px-4 pt-3 text-12 font-medium text-ink-3">
            {title}
          </Heading>
          {what === "tags" ? (
            <TagChoices
              title={title}
              tickets={tickets}
              typed={typed}
              onType={setTyped}
              onClose={onClose}
              onPick={pick}
            />
          ) : what === "assign" ? (
            <AssigneeChoices title={title} tickets={tickets} typed={typed} onType={setTyped} onPick={pick} />
          ) : what === "status" ? (
            <StatusChoices title={title} tickets={tickets} typed={typed} onType={setTyped} onPick={pick} />
          ) : (
            <PriorityChoices title={title} tickets={tickets} typed={typed} onType={setTyped} onPick={pick} />
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

type ChoicesProps = Pick<Props, "tickets" | "onPick"> & {
  title: string;
  typed: string;
  onType: (text: string) => void;
};

/** The field and what fits; Enter takes the first. */
function Found({
  title,
  typed,
  onType,
  choices,
}: Pick<ChoicesProps, "title" | "typed" | "onType"> & { choices: Choice[] }) {
  const fitting = choices
    .map((choice) => ({ choice, fit: rank(`${choice.name} ${choice.detail ?? ""}`, typed) }))
    .filter(({ fit }) => fit > 0)
    .sort((one, other) => other.fit - one.fit)
    .map(({ choice }) => choice);
  return (
    <Autocomplete inputValue={typed} onInputChange={onType}>
      <SearchField aria-label={title} autoFocus className="border-b border-line">
        <Input
          role="combobox"
          aria-expanded
          placeholder={t("triage.type")}
          className="h-10 w-full bg-transparent px-4 text-15 outline-none [&::-webkit-search-cancel-button]:hidden"
        />
      </SearchField>
      <ListBox
        aria-label={title}
        items={fitting}
        onAction={(id) => choices.find((choice) => choice.id === id)?.pick()}
        renderEmptyState={() => <p className="px-3 py-2 text-ink-3">{t("ui.nothing-fits")}</p>}
        className="max-h-[min(360px,50vh)] overflow-y-auto p-1 outline-none"
      >
        {(choice) => (
          <ListBoxItem
            id={choice.id}
            textValue={choice.name}
            className="flex min-h-8 cursor-default items-center gap-2.5 rounded-control px-3 outline-none focused:bg-petrol-soft"
          >
            {choice.sign}
            <bdi className="min-w-0 flex-1 truncate">
              {choice.name}
              {choice.detail ? <span className="ms-2 text-12 text-ink-3">{choice.detail}</span> : null}
            </bdi>
            {choice.isOn ? <Icon name="check" className="text-petrol" /> : null}
          </ListBoxItem>
        )}
      </ListBox>
    </Autocomplete>
  );
}

function AssigneeChoices({ tickets, onPick, ...found }: ChoicesProps) {
  const me = useMe();
  const { data: people = [] } = useQuery({ ...peopleQuery, enabled: may("users:read") });
  const { data: teams = [] } = useQuery({ ...teamsQuery, enabled: may("users:read") });
  const all = (test: (ticket: Ticket) => boolean) => tickets.every(test);
  const active = people.filter((person) => person.status === "active");
  const others = active
    .filter((person) => person.id !== me.id)
    .sort((one, other) => one.name.localeCompare(other.name));
  const give = (id: string, name: string) => () =>
    onPick(
      { assignee_id: id },
      () => ({ assignee: { id, name } }),
      (count) => t("triage.assigned", { count, name }),
    );
  const choices: Choice[] = [
    {
      id: me.id,
      name: me.name,
      detail: t("triage.me"),
      sign: <Avatar name={me.name} size={18} />,
      isOn: all((ticket) => ticket.assignee?.id === me.id),
      pick: give(me.id, me.name),
    },
    ...others.map((person) => ({
      id: person.id,
      name: person.name,
      sign: <Avatar name={person.name} size={18} />,
      isOn: all((ticket) => ticket.assignee?.id === person.id),
      pick: give(person.id, person.name),
    })),
    ...teams.map((team) => ({
      id: team.id,
      name: team.name,
      detail: t("triage.team"),
      sign: <Icon name="people" className="text-ink-3" />,
      isOn: all((ticket) => ticket.team?.id === team.id),
      pick: () =>
        onPick(
          { team_id: team.id },
          () => ({ team: { id: team.id, name: team.name } }),
          (count) => t("triage.assigned", { count, name: team.name }),
        ),
    })),
    {
      id: "nobody",
      name: t("triage.nobody"),
      sign: <Icon name="close" className="text-ink-3" />,
      isOn: all((ticket) => !ticket.assignee),
      pick: () =>
        onPick(
          { assignee_id: null },
          () => ({ assignee: null }),
          (count) => t("triage.unassigned", { count }),
        ),
    },
  ];
  return <Found {...found} choices={choices} />;
}

function StatusChoices({ tickets, onPick, ...found }: ChoicesProps) {
  const choices = useStatuses()
    .filter((status) => status.key !== "new")
    .map((status) => ({
      id: status.key,
      name: status.name,
      sign: <StatusGlyph category={status.category} />,
      isOn: tickets.every((ticket) => ticket.status === status.key),
      pick: () =>
        onPick(
          { status: status.key },
          () => ({ status: status.key, status_category: status.category }),
          (count) => t("triage.status-set", { count, name: status.name }),
        ),
    }));
  return <Found {...found} choices={choices} />;
}

function PriorityChoices({ tickets, onPick, ...found }: ChoicesProps) {
  const choices = priorities.map((priority) => ({
    id: priority,
    name: priorityName(priority),
    sign: <PriorityBars priority={priority} />,
    isOn: tickets.every((ticket) => ticket.priority === priority),
    pick: () =>
      onPick(
        { priority },
        () => ({ priority }),
        (count) => t("triage.priority-set", { count, name: priorityName(priority) }),
      ),
  }));
  return <Found {...found} choices={choices} />;
}

/** Tags are ticked and unticked, then all applied at once; one that does not exist yet is made by typing it. */
function TagChoices({ tickets, typed, onType, onPick, onClose, title }: ChoicesProps & { onClose: () => void }) {
  const shared = [...new Set(tickets.flatMap((ticket) => ticket.tags ?? []))];
  const every = new Set(shared.filter((tag) => tickets.every((ticket) => ticket.tags?.includes(tag))));
  const [wanted, setWanted] = useState(every);
  const [offered, setOffered] = useState(shared);
  const made = typed.trim().toLowerCase();
  const toggle = (tag: string) => {
    setWanted((old) => (old.has(tag) ? new Set([...old].filter((other) => other !== tag)) : new Set([...old, tag])));
    if (!offered.includes(tag)) setOffered([...offered, tag]);
    onType("");
  };
  const choices: Choice[] = [
    ...offered.map((tag) => ({
      id: tag,
      name: tag,
      sign: <Icon name="tag" className="text-ink-3" />,
      isOn: wanted.has(tag),
      pick: () => toggle(tag),
    })),
    ...(made && !offered.includes(made)
      ? [
          {
            id: ` ${made}`,
            name: t("triage.new-tag", { tag: made }),
            sign: <Icon name="plus" className="text-ink-3" />,
            isOn: false,
            pick: () => toggle(made),
          },
        ]
      : []),
  ];
  const added = [...wanted].filter((tag) => !every.has(tag));
  const removed = [...every].filter((tag) => !wanted.has(tag));
  const apply = () =>
    onPick(
      { add_tags: added, remove_tags: removed },
      (ticket) => ({
        tags: [...new Set([...(ticket.tags ?? []), ...added])].filter((tag) => !removed.includes(tag)),
      }),
      (count) => t("triage.tags-set", { count }),
    );
  return (
    <>
      <Found title={title} typed={typed} onType={onType} choices={choices} />
      <div className="flex justify-end gap-2 border-t border-line p-2">
        <Button onPress={onClose}>{t("ui.cancel")}</Button>
        <Button look="primary" isDisabled={added.length + removed.length === 0} onPress={apply}>
          {t("triage.apply")}
        </Button>
      </div>
    </>
  );
}
