import { t } from "@helpdesk/i18n";
import { CountBadge, EmptyState, ErrorState, Skeleton, useTitle } from "@helpdesk/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { teamsQuery } from "../../../shell/queries.ts";
import { listQuery } from "../api.ts";
import { TicketList } from "../ui/TicketList.tsx";

const route = getRouteApi("/shell/inbox");
const titles: Record<string, string> = {
  mine: "shell.nav.mine",
  unassigned: "shell.nav.unassigned",
  all: "shell.nav.all-open",
  overdue: "shell.nav.overdue",
};

/** The lists of tickets. */
export function InboxPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: teams } = useQuery(teamsQuery);
  const { list = "mine", ticket } = search;
  const title = titles[list] ? t(titles[list]) : (teams?.find((team) => team.id === list)?.name ?? "");
  const { data, error, refetch, fetchNextPage, hasNextPage } = useInfiniteQuery(listQuery(search));
  useTitle(title);
  const rows = data?.pages.flatMap((page) => page.results);
  const openTicket = (number: number | undefined) =>
    navigate({ to: "/inbox", search: (old) => ({ ...old, ticket: number }) });
  return (
    <main className="flex h-full min-h-0 flex-col bg-surface">
      <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-4">
        <h1 className="truncate text-16 font-semibold" dir="auto">
          {title}
        </h1>
        <CountBadge count={data?.pages[0]?.count} label={t("inbox.tickets")} />
      </header>
      {rows === undefined ? (
        error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={14} height="h-(--row)" />
        )
      ) : rows.length === 0 ? (
        <EmptyState icon="inbox" title={t("inbox.empty")}>
          {t("inbox.empty.why")}
        </EmptyState>
      ) : (
        <TicketList rows={rows} open={ticket} onOpen={openTicket} onEnd={() => hasNextPage && void fetchNextPage()} />
      )}
    </main>
  );
}
