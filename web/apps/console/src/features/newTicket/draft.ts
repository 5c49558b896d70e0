import type { Schema } from "@helpdesk/api";

/** For whom a ticket is: somebody known, or somebody who is made with it. */
export type Requester =
  | { kind: "known"; id: string; name: string; email: string }
  | { kind: "new"; name: string; email: string };

export type Draft = {
  requester: Requester | undefined;
  subject: string;
  description: string;
  priority: string;
  type: string;
  channel: string;
  team: string;
  assignee: string;
  tags: string;
  attachments: { id: string; name: string; size: number }[];
};

export const emptyDraft: Draft = {
  requester: undefined,
  subject: "",
  description: "",
  priority: "medium",
  type: "question",
  channel: "phone",
  team: "",
  assignee: "",
  tags: "",
  attachments: [],
};

/** "Heat, urgent visit" are two tags; each counts once. */
export const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((tag) => tag.trim().toLowerCase())
      .filter(Boolean),
  ),
];

/** Somebody new is begun with what was typed: an address stays an address, anything else is a name. */
export function newRequester(typed: string): Requester {
  const text = typed.trim();
  return text.includes("@") ? { kind: "new", name: "", email: text } : { kind: "new", name: text, email: "" };
}

/** What the API is told. A customer that is made with the ticket is told by address and name. */
export function toBody(draft: Draft): Schema<"CreateTicket"> {
  const { requester, subject, description, priority, type, channel, team, assignee, tags, attachments } = draft;
  const whose =
    requester?.kind === "known"
      ? { customer: requester.id }
      : requester
        ? { customer_email: requester.email.trim(), customer_name: requester.name.trim() || undefined }
        : {};
  return {
    ...whose,
    subject: subject.trim(),
    description,
    priority,
    type,
    channel,
    team: team || undefined,
    assignee: assignee || undefined,
    tags: tagsOf(tags),
    attachments: attachments.map((file) => file.id),
  };
}

const name = "new-ticket";

/** What was begun in this tab survives a reload and an interruption; it is gone when the tab is closed or the ticket made. */
export const keptDraft = {
  read(person: string): Draft {
    try {
      const kept: { person?: string; draft?: Partial<Draft> } = JSON.parse(sessionStorage.getItem(name) ?? "{}");
      return kept.person === person ? { ...emptyDraft, ...kept.draft } : emptyDraft;
    } catch {
      return emptyDraft;
    }
  },
  exists: (person: string) => JSON.stringify(keptDraft.read(person)) !== JSON.stringify(emptyDraft),
  write: (person: string, draft: Draft) => sessionStorage.setItem(name, JSON.stringify({ person, draft })),
  drop: () => sessionStorage.removeItem(name),
};
