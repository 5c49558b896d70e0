import type { Message, Ticket } from "../api.ts";

export type Recipients = { to: string[]; cc: string[] };

/** Those whom an answer goes to: the ticket's customer, and whoever had a copy of the newest public message. */
export function recipientsOf(ticket: Ticket, messages: Message[]): Recipients {
  const newest = messages.findLast((message) => message.visibility === "public" && message.direction !== "system");
  const to = ticket.customer ? [ticket.customer.email] : [];
  return { to, cc: (newest?.cc ?? []).filter((address) => !to.includes(address)) };
}

/** How many more and how many fewer get it than would by itself. */
export function difference(before: Recipients, after: Recipients): { added: number; dropped: number } {
  const [old, now] = [
    [...before.to, ...before.cc],
    [...after.to, ...after.cc],
  ];
  return {
    added: now.filter((address) => !old.includes(address)).length,
    dropped: old.filter((address) => !now.includes(address)).length,
  };
}

/** The addresses in a text as people paste them: separated by commas, semicolons, spaces or lines, with or without names. */
export function addressesIn(text: string): { good: string[]; rest: string } {
  const good: string[] = [];
  const rest = text
    .split(/[,;\n]+/)
    .flatMap((part) => {
      const bracketed = /<([^<>\s]+@[^<>\s]+)>/.exec(part)?.[1];
      return bracketed ? [bracketed] : part.trim().split(/\s+/);
    })
    .filter((part) => {
      const isAddress = /^[^\s@<>"]+@[^\s@<>".]+(?:\.[^\s@<>".]+)*$/.test(part);
      if (isAddress) good.push(part.toLowerCase());
      return !isAddress && part !== "";
    })
    .join(" ");
  return { good: [...new Set(good)], rest };
}
