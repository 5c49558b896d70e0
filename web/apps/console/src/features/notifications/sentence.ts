import { relative, t } from "@helpdesk/i18n";
import type { IconName } from "@helpdesk/ui";
import type { Kind, Notification } from "./api.ts";

export const icons: Record<Kind, IconName> = {
  assigned: "person",
  team_assigned: "people",
  customer_reply: "mail",
  mention: "at",
  sla_at_risk: "clock",
  sla_breached: "warning",
  status_changed: "flag",
  ticket_updated: "edit",
  not_sent: "warning",
};

/** The kinds in the order of the settings. */
export const kinds = Object.keys(icons) as Kind[];

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What happened, in one sentence without the ticket, which stands beside it. */
export function sentence(
  { kind, actor, details }: Pick<Notification, "kind" | "actor" | "details">,
  statusName: (key: string) => string,
): string {
  const told = details as Record<string, unknown>;
  const clock = told.clock === "first_response" ? "first_response" : "resolution";
  return t(`notifications.did.${kind}`, {
    actor: actor.name,
    team: text(told.team),
    status: statusName(text(told.status)),
    clock: t(`notifications.clock.${clock}`),
    when: told.due_at ? relative(text(told.due_at)) : "",
  });
}
