import { t } from "@helpdesk/i18n";
import { Avatar, Icon, StatusGlyph } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "../../../app.ts";
import { useStatusName } from "../../triage/index.ts";
import { customerQuery, type Ticket, ticketsOfQuery } from "../api.ts";
import { Section } from "./parts.tsx";

/** Who asked, and how to reach them. */
export function Person({ ticket }: { ticket: Ticket }) {
  const { customer } = ticket;
  const mayRead = useMay("customers:read");
  const { data: profile } = useQuery({ ...customerQuery(customer?.id ?? ""), enabled: mayRead && customer !== null });
  if (!customer) return <p className="pb-3 text-ink-3">{t("tickets.nobody")}</p>;
  const name = customer.name || customer.email;
  return (
    <div className="pb-3">
      <div className="flex items-center gap-2.5">
        <Avatar name={name} size={28} />
        <div className="min-w-0">
          <p className="truncate font-semibold">
            <bdi>{name}</bdi>
          </p>
          {customer.company ? (
            <p className="truncate text-12 text-ink-3">
              <bdi>{customer.company}</bdi>
            </p>
          ) : null}
        </div>
      </div>
      <ul className="mt-2 text-ink-2">
        <li className="flex min-h-6 items-center gap-2">
          <Icon name="mail" className="text-ink-3" />
          <a href={`mailto:${customer.email}`} className="min-w-0 truncate hover:text-ink-1 hover:underline">
            <bdi>{customer.email}</bdi>
          </a>
        </li>
        {profile?.phone ? (
          <li className="flex min-h-6 items-center gap-2">
            <Icon name="phone" className="text-ink-3" />
            <a href={`tel:${profile.phone.replace(/[^+\d]/g, "")}`} className="hover:text-ink-1 hover:underline">
              <bdi dir="ltr">{profile.phone}</bdi>
            </a>
          </li>
        ) : null}
      </ul>
    </div>
  );
}

/** The customer's other tickets, newest first. */
export function OtherTickets({ ticket }: { ticket: Ticket }) {
  const { customer } = ticket;
  const { data } = useQuery({ ...ticketsOfQuery(customer?.id ?? ""), enabled: customer !== null });
  const statusName = useStatusName();
  const others = data?.results.filter((other) => other.id !== ticket.id).slice(0, 5) ?? [];
  if (others.length === 0) return null;
  return (
    <Section title={t("tickets.others")} aside={t("tickets.others.count", { count: (data?.count ?? 1) - 1 })}>
      <ul className="-mx-2">
        {others.map((other) => (
          <li key={other.id}>
            <Link
              to="/tickets/$number"
              params={{ number: String(other.number) }}
              className="flex min-h-7 items-center gap-2 rounded-control px-2 hover:bg-line-soft"
            >
              <span title={statusName(other.status)} className="flex">
                <StatusGlyph category={other.status_category} />
                <span className="sr-only">{statusName(other.status)}</span>
              </span>
              <bdi className="min-w-0 flex-1 truncate">{other.subject}</bdi>
              <span className="font-mono text-11 text-ink-3">#{other.number}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
