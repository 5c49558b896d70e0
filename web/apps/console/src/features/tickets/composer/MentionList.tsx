import { Avatar, Icon } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { type Ref, useImperativeHandle, useState } from "react";
import { createPortal } from "react-dom";
import { peopleQuery, teamsQuery } from "../../../shell/queries.ts";
import type { Query } from "./mention.ts";

type Named = { id: string; name: string; kind: "person" | "team" };
export type Choices = { onKey: (event: KeyboardEvent) => boolean };
type Props = {
  query: Query;
  label: string;
  onChoose: (named: Named) => void;
  onClose: () => void;
  ref: Ref<Choices>;
};

const most = 7;

/** People and teams whose name fits what is typed, over the place where it is typed. The text keeps the focus. */
export function MentionList({ query, label, onChoose, onClose, ref }: Props) {
  const { data: people } = useQuery(peopleQuery);
  const { data: teams } = useQuery(teamsQuery);
  const [at, setAt] = useState(0);
  const all: Named[] = [
    ...(people ?? [])
      .filter((person) => person.status === "active")
      .map(({ id, name }) => ({ id, name, kind: "person" as const })),
    ...(teams ?? []).map(({ id, name }) => ({ id, name, kind: "team" as const })),
  ];
  const wanted = query.text.toLocaleLowerCase();
  const found = all
    .filter(({ name }) =>
      name
        .toLocaleLowerCase()
        .split(/\s+/)
        .some((_, place, words) => words.slice(place).join(" ").startsWith(wanted)),
    )
    .slice(0, most);
  const chosen = Math.min(at, found.length - 1);
  useImperativeHandle(ref, () => ({
    onKey(event) {
      if (found.length === 0) return false;
      if (event.key === "ArrowDown") setAt((chosen + 1) % found.length);
      else if (event.key === "ArrowUp") setAt((chosen - 1 + found.length) % found.length);
      else if (event.key === "Enter" || event.key === "Tab") {
        const named = found[chosen];
        if (named) onChoose(named);
      } else if (event.key === "Escape") onClose();
      else return false;
      event.preventDefault();
      return true;
    },
  }));
  if (found.length === 0) return null;
  return createPortal(
    <div
      // Keys of the page stay quiet while names are offered.
      role="listbox"
      aria-label={label}
      className="float fixed z-40 w-64 p-1"
      style={{
        insetInlineStart: "auto",
        left: Math.max(8, Math.min(query.left, innerWidth - 264)),
        bottom: innerHeight - query.top + 4,
      }}
    >
      {found.map((named, place) => (
        <div
          key={named.id}
          role="option"
          tabIndex={-1}
          aria-selected={place === chosen}
          // The text would lose the focus by a click.
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(named);
          }}
          className={`flex min-h-7 cursor-default items-center gap-2 rounded-control px-2 ${place === chosen ? "bg-petrol-soft" : ""}`}
        >
          {named.kind === "team" ? (
            <Icon name="people" className="text-ink-3" />
          ) : (
            <Avatar name={named.name} size={18} />
          )}
          <bdi className="truncate">{named.name}</bdi>
        </div>
      ))}
    </div>,
    document.body,
  );
}
