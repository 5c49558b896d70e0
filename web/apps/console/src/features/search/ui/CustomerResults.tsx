import { t } from "@helpdesk/i18n";
import { Avatar, EmptyState, ErrorState, Pager, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { customersFoundQuery } from "../api.ts";
import type { SearchSearch } from "../search.ts";

type Props = { search: SearchSearch; onPage: (page: number) => void };

/** Customers whose name, address, company or telephone has the words. */
export function CustomerResults({ search, onPage }: Props) {
  const { data, error, refetch } = useQuery(customersFoundQuery(search));
  if (!search.find) {
    return (
      <EmptyState icon="search" title={t("search.begin")}>
        {t("search.begin-customers.why")}
      </EmptyState>
    );
  }
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton height="h-11" />;
  if (data.results.length === 0) return <EmptyState icon="search" title={t("search.none-customers")} />;
  return (
    <>
      <ul aria-label={t("search.customers")} className="border-t border-line-soft">
        {data.results.map((customer) => (
          <li key={customer.id} className="border-b border-line-soft hover:bg-hover">
            <Link
              to="/customers/$id"
              params={{ id: customer.id }}
              className="flex min-h-11 items-center gap-3 px-3 py-1 focus-visible:-outline-offset-2"
            >
              <Avatar name={customer.name} size={28} />
              <span className="min-w-0 flex-1">
                <bdi className="block truncate font-medium">{customer.name}</bdi>
                <bdi className="block truncate text-12 text-ink-3">
                  {[customer.company, customer.email].filter(Boolean).join(" · ")}
                </bdi>
              </span>
              <span className="text-12 text-ink-3 tabular-nums">
                {t("search.ticket-count", { count: customer.ticket_count })}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <Pager
        page={search.page ?? 1}
        pageSize={20}
        count={data.count}
        isCapped={data.count_capped}
        hasNext={Boolean(data.next)}
        onPage={onPage}
      />
    </>
  );
}
