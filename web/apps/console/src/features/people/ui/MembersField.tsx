import { t } from "@helpdesk/i18n";
import { Avatar, ComboBox, IconButton } from "@helpdesk/ui";
import { useState } from "react";
import type { Person } from "../api.ts";

type Props = { staff: Person[]; value: string[]; onChange: (members: string[]) => void; error?: string };

/** People, each with the way out, and a field that finds those to add. */
export function MembersField({ staff, value, onChange, error }: Props) {
  // After somebody was added, the field begins anew, empty.
  const [round, setRound] = useState(0);
  const members = value.flatMap((id) => staff.find((person) => person.id === id) ?? []);
  const others = staff.filter((person) => person.status === "active" && !value.includes(person.id));
  return (
    <div className="grid gap-2">
      <ComboBox
        key={round}
        label={t("people.team.members")}
        placeholder={t("people.team.add-member")}
        items={others.map(({ id, name, email }) => ({ id, name, detail: email }))}
        value={null}
        onChange={(id) => {
          if (!id) return;
          onChange([...value, id]);
          setRound(round + 1);
        }}
        error={error}
      />
      {members.length > 0 ? (
        <ul className="max-h-64 overflow-y-auto rounded-control border border-line">
          {members.map((person) => (
            <li
              key={person.id}
              className="flex min-h-9 items-center gap-2 border-b border-line-soft ps-2.5 pe-1 last:border-b-0"
            >
              <Avatar name={person.name} size={24} />
              <bdi className="truncate">{person.name}</bdi>
              <bdi className="min-w-0 flex-1 truncate text-12 text-ink-3">{person.email}</bdi>
              <IconButton
                icon="close"
                label={t("people.team.remove-member", { name: person.name })}
                onPress={() => onChange(value.filter((id) => id !== person.id))}
              />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
