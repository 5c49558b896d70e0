import { useCommands } from "@helpdesk/commands";
import { day, t } from "@helpdesk/i18n";
import { Button, EmptyState, ErrorState, Skeleton, useNow, useTitle } from "@helpdesk/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type MouseEvent, memo, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { may, useMay } from "../../../app.ts";
import { pageIsThere, soon } from "../../../shell/later.ts";
import { teamsQuery } from "../../../shell/queries.ts";
import { TicketPane } from "../../tickets/index.ts";
import { type Asked, useTriage } from "../../triage/index.ts";
import { countQuery, keepList, listQuery } from "../api.ts";
import { listCommands } from "../commands.ts";
import { builtIn, hasFilters } from "../lists.ts";
import { useLiveList } from "../live.ts";
import { bandOf, linesOf, type Row } from "../model.ts";
import type { InboxSearch } from "../search.ts";
import { Choose } from "../ui/Choose.tsx";
import { FilterChips } from "../ui/FilterChips.tsx";
import { Lines } from "../ui/Lines.tsx";
import { ListHeader } from "../ui/ListHeader.tsx";
import { Splitter, useListWidth } from "../ui/Splitter.tsx";
import type { GridHandle } from "../ui/VirtualGrid.tsx";
import { useOpenTicket } from "../useOpenTicket.ts";
import { useSelection } from "../useSelection.ts";
import { useWide } from "../useWide.ts";

const FilterPanel = soon(() => import("../ui/FilterPanel.tsx"));
const BulkBar = soon(() => import("../ui/BulkBar.tsx"));

const route = getRouteApi("/shell/inbox");

/** The lists of tickets, and beside them the ticket that is open. */
export function InboxPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const router = useRouter();
  const { data: teams } = useQuery({ ...teamsQuery, enabled: may("users:read") });
  const { list = "mine", order = "due_at", group = "on" } = search;
  const known = builtIn[list];
  const title = known ? t(known.title) : (teams?.find((team) => team.id === list)?.name ?? "");
  useTitle(title);

  const query = useInfiniteQuery(listQuery(search));
  const { data: counted } = useQuery(countQuery(search));
  const now = useNow();
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.results) ?? [], [query.data]);
  const lines = useMemo(
    () => linesOf(rows, group === "on" ? (row) => bandOf(row, order, now, dayKey) : undefined),
    [rows, group, order, now],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is kept changes with the rows.
  useEffect(() => {
    const timer = setTimeout(() => query.data && keepList(search, rows), 2_000);
    return () => clearTimeout(timer);
  }, [rows]);

  const grid = useRef<GridHandle>(null);
  const listKey = JSON.stringify({ ...search, ticket: undefined, mode: undefined });
  const selection = useSelection(rows, listKey, grid);
  const { cursor, selected } = selection.selection;
  const isAtTop = useCallback(() => (grid.current?.isAtTop() ?? true) && !cursor, [cursor]);
  const live = useLiveList(search, query.data && rows, isAtTop);
  const [isFiltering, setFiltering] = useState(false);
  const onSearch = useCallback(
    (change: Partial<InboxSearch>) => void navigate({ to: "/inbox", search: (old) => ({ ...old, ...change }) }),
    [navigate],
  );
  const onFilter = useCallback(() => setFiltering(true), []);
  const onClose = useCallback(() => grid.current?.focus(), []);

  const isWide = useWide();
  const isTable = search.mode === "table" && isWide;
  const openPage = (row: Row | undefined) => row && navigate({ href: `/tickets/${row.number}` });
  const current = rows.find((row) => row.id === cursor);
  const go = (id: string | undefined) => {
    if (id !== cursor) live.dropGone();
    return id;
  };
  const targets = () => (selected.size > 0 ? rows.filter((row) => selected.has(row.id)) : current ? [current] : []);
  const triage = useTriage({ targets, onSettled: live.refresh, onNext: () => go(selection.move(1)) });
  useCommands(
    listCommands({
      move: (by) => void go(selection.move(by)),
      extend: selection.extend,
      open: () => void openPage(current),
      toggle: () => cursor && selection.toggle(cursor),
      selectAll: selection.selectAll,
      clear: selection.clear,
      showFresh: live.showFresh,
      filter: onFilter,
      canMove: rows.length > 0,
      hasCursor: current !== undefined,
      hasSelection: selected.size > 0,
      hasFresh: live.fresh.length > 0,
    }),
  );
  const [mayAssign, mayStatus, mayUpdate] = [
    useMay("tickets:assign"),
    useMay("tickets:status"),
    useMay("tickets:update"),
  ];
  const asks: Asked[] = [
    ...(mayAssign ? (["assign"] as const) : []),
    ...(mayStatus ? (["status"] as const) : []),
    ...(mayUpdate ? (["priority", "tags"] as const) : []),
  ];
  const onPress = (row: Row, event: MouseEvent) => {
    grid.current?.focus();
    if (event.shiftKey) selection.extendTo(row.id);
    else if (event.ctrlKey || event.metaKey) selection.toggle(row.id);
    else {
      go(row.id);
      selection.moveTo(row.id);
      if (isTable || !isWide) void openPage(row);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: in another list the keys go on at once.
  useEffect(() => grid.current?.focus(), [list]);

  useEffect(() => {
    if (query.data || query.error) pageIsThere();
  }, [query.data, query.error]);
  const width = useListWidth();
  const isSplit = isWide && !isTable;
  const number = useOpenTicket({
    rows,
    current: isSplit ? current : undefined,
    named: isSplit ? search.ticket : undefined,
    moveTo: selection.moveTo,
    onName: (ticket) => {
      // The ticket may be on its way to a page of its own already.
      if (router.latestLocation.pathname !== "/inbox") return;
      void navigate({ to: "/inbox", search: (old) => ({ ...old, ticket }), replace: true });
    },
  });
  const Box = isSplit ? "section" : "main";

  return (
    <div className="flex h-full min-h-0">
      <Box
        aria-label={isSplit ? title : undefined}
        className="flex min-h-0 min-w-0 flex-col bg-surface"
        style={{ inlineSize: isSplit ? `min(${width.width}px, 46%)` : "100%" }}
      >
        <ListHeader
          title={title}
          count={counted?.count}
          isCapped={counted?.isCapped ?? false}
          search={search}
          onSearch={onSearch}
          onFilter={onFilter}
        />
        <FilterChips search={search} onSearch={onSearch} />
        {live.fresh.length > 0 ? (
          <Button
            look="quiet"
            className="w-full shrink-0 rounded-none border-b border-line text-petrol"
            onPress={live.showFresh}
          >
            {t("inbox.fresh", { count: live.fresh.length })}
          </Button>
        ) : null}
        {query.data ? (
          lines.length === 0 ? (
            <Nothing isFiltered={hasFilters(search)} onSearch={onSearch} />
          ) : (
            <Lines
              title={title}
              lines={lines}
              count={counted?.isCapped ? undefined : counted?.count}
              grid={grid}
              isTable={isTable}
              selection={selection.selection}
              gone={live.gone}
              onPress={onPress}
              onToggle={(row) => selection.toggle(row.id)}
              onNearEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
            />
          )
        ) : query.error ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={14} height="h-(--row)" />
        )}
        {selected.size > 0 ? (
          <Suspense>
            <BulkBar
              selected={selected.size}
              loaded={rows.length}
              count={counted?.count}
              asks={asks}
              canResolve={mayStatus}
              onAsk={triage.ask}
              onResolve={triage.resolve}
              onClear={selection.clear}
            />
          </Suspense>
        ) : null}
      </Box>
      {isSplit ? (
        <>
          <Splitter {...width} />
          <main className="min-h-0 min-w-0 flex-1 bg-surface">
            <Beside number={number} onClose={onClose} />
          </main>
        </>
      ) : null}
      {triage.dialog}
      <Suspense>
        {isFiltering ? <FilterPanel search={search} onSearch={onSearch} onClose={() => setFiltering(false)} /> : null}
      </Suspense>
    </div>
  );
}

/** The open ticket. It is drawn for itself, after the cursor has moved. */
const Beside = memo(function Beside({ number, onClose }: { number: number | undefined; onClose: () => void }) {
  if (number === undefined) return <Choose />;
  return (
    <Suspense>
      <TicketPane number={number} onClose={onClose} />
    </Suspense>
  );
});

const dayKey = (when: number) => day(when);

function Nothing({ isFiltered, onSearch }: { isFiltered: boolean; onSearch: (change: Partial<InboxSearch>) => void }) {
  const none = { find: undefined, watching: undefined, status: undefined, priority: undefined, assignee: undefined };
  return isFiltered ? (
    <EmptyState
      icon="filter"
      title={t("inbox.nothing-fits")}
      action={
        <Button onPress={() => onSearch({ ...none, team: undefined, tag: undefined, channel: undefined })}>
          {t("inbox.filter.none")}
        </Button>
      }
    >
      {t("inbox.nothing-fits.why")}
    </EmptyState>
  ) : (
    <EmptyState icon="check" title={t("inbox.empty")}>
      {t("inbox.empty.why")}
    </EmptyState>
  );
}
