import { t } from "@helpdesk/i18n";
import { Avatar, Tooltip } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Focusable } from "react-aria-components";
import { usePresence } from "../../../shell/presence.ts";
import { peopleQuery } from "../../../shell/queries.ts";
import type { Ticket } from "../api.ts";

/** Avatars of others in the header before they become a number. */
const few = 3;

/** The others who have the ticket open: hollow while they look, filled while they type. */
export function Present({ ticket }: { ticket: Ticket }) {
  const { viewing, typing } = usePresence(ticket.id);
  const { data: people } = useQuery(peopleQuery);
  const others = [...new Set([...typing, ...viewing])].flatMap(
    (id) => people?.find((person) => person.id === id) ?? [],
  );
  if (others.length === 0) return null;
  return (
    <ul className="flex shrink-0 items-center gap-1" aria-label={t("tickets.present")}>
      {others.slice(0, few).map(({ id, name }) => {
        const isTyping = typing.includes(id);
        const text = t(isTyping ? "tickets.present.typing" : "tickets.present.viewing", { name });
        return (
          <li key={id}>
            <Tooltip text={text}>
              <Focusable>
                <span role="img" aria-label={text} className="block rounded-full outline-none focus-visible:outline-2">
                  <Avatar name={name} presence={isTyping ? "typing" : "viewing"} />
                </span>
              </Focusable>
            </Tooltip>
          </li>
        );
      })}
      {others.length > few ? <li className="text-12 text-ink-3">+{others.length - few}</li> : null}
    </ul>
  );
}

/** "Ana types…", over the composer. */
export function Typing({ ticket }: { ticket: Ticket }) {
  const { typing } = usePresence(ticket.id);
  const { data: people } = useQuery(peopleQuery);
  const names = typing.flatMap((id) => people?.find((person) => person.id === id)?.name ?? []);
  return (
    <p role="status" className="h-5 truncate px-5 text-12 text-petrol">
      {names.length > 0 ? t("tickets.typing", { names: names.join(", "), count: names.length }) : null}
    </p>
  );
}
