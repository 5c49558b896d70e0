import { number, t } from "@helpdesk/i18n";
import { ErrorState, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { customerTicketsQuery } from "../../../shell/customerTickets.ts";
import { TicketRows } from "../../../shell/TicketRows.tsx";

/** What the customer has asked already and is not answered: perhaps this is the same. */
export function OpenTickets({ customer }: { customer: string }) {
  const { data, error, refetch } = useQuery(customerTicketsQuery(customer, "open"));
  return (
    <aside aria-labelledby="open-tickets" className="min-w-0 max-wide:order-first">
      <header className="mb-2 flex items-baseline gap-2">
        <h2 id="open-tickets" className="font-semibold">
          {t("newTicket.open-tickets")}
        </h2>
        <span className="text-12 text-ink-3 tabular-nums">{data?.count ? number(data.count) : null}</span>
        <Link
          to="/customers/$id"
          params={{ id: customer }}
          className="ms-auto rounded-control text-12 text-ink-3 hover:text-ink-1 hover:underline"
        >
          {t("newTicket.open-tickets.all")}
        </Link>
      </header>
      {data === undefined ? (
        error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={3} height="h-11" />
        )
      ) : data.results.length === 0 ? (
        <p className="text-ink-3">{t("newTicket.open-tickets.none")}</p>
      ) : (
        <TicketRows label={t("newTicket.open-tickets")} tickets={data.results} hasCustomer={false} />
      )}
    </aside>
  );
}
