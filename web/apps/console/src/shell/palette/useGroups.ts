import { ApiError, answer } from "@helpdesk/api";
import { useCommandList } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useDeferredValue, useMemo } from "react";
import { api, may, queries } from "../../app.ts";
import { customersQuery } from "../../features/customers/index.ts";
import { peopleQuery } from "../queries.ts";
import { rank } from "../rank.ts";
import { ticketPath } from "../TicketRows.tsx";
import { commandGroups, type Entry, type Group, ticketGroup } from "./entries.ts";
import { modeOf, numberIn } from "./modes.ts";

type Seen = { number: number; subject: string };
const recents = 5;

/** Everything that fits what was typed, in groups. What must be asked of the server joins when it is there. */
export function useGroups(typed: string): Group[] {
  const { mode, text } = modeOf(typed);
  const list = useCommandList();
  const router = useRouter();
  const openTicket = (number: number) => void router.navigate({ to: ticketPath(number) });
  const commands = useMemo(() => commandGroups(list, text), [list, text]);
  const byNumber = useTicket(mode === "ticket" || mode === "all" ? numberIn(text) : undefined);
  const people = usePeople(mode === "people" ? text : undefined);
  const numbered = byNumber ? [ticketGroup("number", t("commands.tickets"), [byNumber], openTicket)] : [];
  if (mode === "commands") return commands;
  if (mode === "people") return people;
  if (mode === "ticket") return text === "" ? seenGroup(openTicket) : numbered;
  if (text === "") return [...seenGroup(openTicket), ...commands];
  const search: Entry = {
    id: "search-for",
    title: t("commands.search-for", { text }),
    icon: "search",
    score: 0,
    run: () => void router.navigate({ to: "/search", search: { find: text } }),
  };
  return [...numbered, ...commands, { id: "search", title: t("commands.search"), entries: [search] }];
}

function seenGroup(open: (number: number) => void): Group[] {
  const seen = seenTickets();
  return seen.length === 0 ? [] : [ticketGroup("recent", t("commands.recent"), seen, open)];
}

/** The tickets that this page has in its memory, the last one looked at first. */
function seenTickets(): Seen[] {
  return queries
    .getQueryCache()
    .findAll({ queryKey: ["ticket"], predicate: ({ queryKey }) => queryKey.length === 2 })
    .sort((one, other) => other.state.dataUpdatedAt - one.state.dataUpdatedAt)
    .flatMap(({ state }) => (state.data ? [state.data as Seen] : []))
    .slice(0, recents);
}

function useTicket(number: number | undefined): Seen | undefined {
  const wanted = useDeferredValue(number);
  const { data } = useQuery({
    queryKey: ["ticket-by-number", wanted],
    queryFn: async ({ signal }): Promise<Seen | null> => {
      const params = { path: { id: String(wanted) } };
      try {
        return await answer(api.GET("/api/v1/tickets/{id}/", { signal, params }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    enabled: wanted !== undefined,
  });
  return number === wanted ? (data ?? undefined) : undefined;
}

/** Staff, whose tickets are shown, and customers, whose profile is. */
function usePeople(text: string | undefined): Group[] {
  const router = useRouter();
  const find = useDeferredValue(text);
  const isAsked = text !== undefined;
  const { data: staff = [] } = useQuery({ ...peopleQuery, enabled: isAsked && may("users:read") });
  const { data: customers } = useQuery({
    ...customersQuery({ find: find || undefined }, 8),
    enabled: isAsked && may("customers:read"),
  });
  if (!isAsked) return [];
  const colleagues = staff.flatMap((person): Entry[] => {
    const score = Math.max(rank(person.name, text), rank(person.email, text) * 0.8);
    const run = () => void router.navigate({ to: "/inbox", search: { list: "all", assignee: [person.id] } });
    const entry = { id: person.id, title: person.name, detail: person.email, icon: "person" as const, score, run };
    return score > 0 && person.status === "active" ? [entry] : [];
  });
  const found = (customers?.results ?? []).map(
    ({ id, name, email, company }): Entry => ({
      id,
      title: name,
      detail: [email, company].filter(Boolean).join(" · "),
      icon: "people",
      score: 1,
      run: () => void router.navigate({ to: "/customers/$id", params: { id } }),
    }),
  );
  return [
    {
      id: "colleagues",
      title: t("commands.colleagues"),
      entries: colleagues.sort((a, b) => b.score - a.score).slice(0, 8),
    },
    { id: "customers", title: t("commands.customers"), entries: found },
  ].filter((group) => group.entries.length > 0);
}
