import { type Command, keysOf } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import type { IconName } from "@helpdesk/ui";
import { rank, uses } from "../rank.ts";

export type Entry = {
  id: string;
  title: string;
  /** A second, quieter word. */
  detail?: string;
  icon?: IconName;
  keys?: string;
  score: number;
  run: () => void;
};
export type Group = { id: string; title: string; entries: Entry[] };

/** What is near comes first: the selection, the ticket, the list, then the rest. */
const order = ["triage", "ticket", "composer", "list", "global"];

/** The commands that fit, by where they belong; what is used often comes before what is not. */
export function commandGroups(list: Command[], typed: string): Group[] {
  const used = uses();
  const entries = list.flatMap((command) => {
    if (command.id === "palette" || command.isVisible?.() === false || command.isEnabled?.() === false) return [];
    const title = t(command.title);
    const fit = Math.max(rank(title, typed), command.words ? rank(command.words, typed) * 0.8 : 0);
    const score = fit + Math.min(10, used[command.id] ?? 0);
    const entry = { id: command.id, title, keys: keysOf(command)[0], score, run: command.run };
    return fit > 0 ? [{ scope: command.scope, entry }] : [];
  });
  const groups = order.map((scope) => ({
    id: scope,
    title: t(`commands.scope.${scope}`),
    entries: entries
      .filter((one) => one.scope === scope)
      .map((one) => one.entry)
      .sort((one, other) => other.score - one.score),
  }));
  const filled = groups.filter((group) => group.entries.length > 0);
  const best = (group: Group) => group.entries[0]?.score ?? 0;
  return typed === "" ? filled : filled.sort((one, other) => best(other) - best(one));
}

type Known = { number: number; subject: string };

/** Tickets that were looked at, newest first, as entries that open them. */
export function ticketGroup(id: string, title: string, tickets: Known[], open: (number: number) => void): Group {
  const entries = tickets.map(({ number, subject }, place) => ({
    id: `ticket-${number}`,
    title: subject,
    detail: `#${number}`,
    icon: "inbox" as const,
    score: 100 - place,
    run: () => open(number),
  }));
  return { id, title, entries };
}
