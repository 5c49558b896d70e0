import { number, t } from "@helpdesk/i18n";
import { EmptyState, ErrorState, Page, PriorityBars, Segmented, Skeleton, StatusGlyph } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { ComponentProps, ReactNode } from "react";
import { countsQuery } from "../../../shell/queries.ts";
import { TicketRows } from "../../../shell/TicketRows.tsx";
import { priorities, priorityName, useAllStatuses } from "../../triage/index.ts";
import { recentQuery, type Statistics, statisticsQuery } from "../api.ts";
import { bounds } from "../days.ts";
import { FlowChart, FlowKey, FlowTable } from "../ui/FlowChart.tsx";

const route = getRouteApi("/shell/dashboard");

/** Where the desk stands: numbers first, and every one of them opens its tickets. */
export function DashboardPage() {
  const { data, error, refetch } = useQuery(statisticsQuery);
  return (
    <Page title={t("dashboard.title")}>
      {data ? (
        <Figures figures={data} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton rows={10} height="h-11" />
      )}
    </Page>
  );
}

function Figures({ figures }: { figures: Statistics }) {
  const { data: counts } = useQuery(countsQuery);
  const { chart = "lines" } = route.useSearch();
  const navigate = useNavigate();
  const statuses = useAllStatuses();
  const { daily } = figures;
  const today = daily.length - 1;
  return (
    <div className="grid max-w-[1180px] gap-6">
      <ul className="grid grid-cols-2 border-y border-line md:grid-cols-4">
        <Tile name={t("dashboard.open")} value={figures.open} to="/inbox" search={{ list: "all" }} />
        <Tile
          name={t("dashboard.resolved-today")}
          value={daily[today]?.resolved ?? 0}
          to="/search"
          search={bounds(daily, today, "resolved")}
        />
        <Tile name={t("dashboard.overdue")} value={figures.overdue} isLate to="/inbox" search={{ list: "overdue" }} />
        <Tile
          name={t("dashboard.unassigned")}
          value={counts?.unassigned ?? undefined}
          to="/inbox"
          search={{ list: "unassigned" }}
        />
      </ul>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 wide:grid-cols-[minmax(0,1fr)_288px]">
        <div className="grid min-w-0 content-start gap-6">
          <Section
            title={t("dashboard.flow")}
            aside={
              <Segmented
                label={t("dashboard.flow.view")}
                value={chart}
                onChange={(next) => navigate({ to: "/dashboard", search: { chart: next }, replace: true })}
                items={[
                  { id: "lines", name: t("dashboard.flow.lines") },
                  { id: "table", name: t("dashboard.flow.table") },
                ]}
              />
            }
          >
            <FlowKey days={daily} />
            {chart === "table" ? <FlowTable days={daily} /> : <FlowChart days={daily} />}
          </Section>
          <Recent />
        </div>
        <div className="grid content-start gap-6 md:max-wide:grid-cols-2">
          <Section title={t("dashboard.by-status")}>
            <Bars
              rows={statuses
                .map(({ key, name, category, isRetired }) => ({
                  key,
                  name,
                  isRetired,
                  count: count(figures.by_status, key),
                  sign: <StatusGlyph category={category} />,
                  search: { list: "all", status: [key] },
                }))
                .filter((row) => !row.isRetired || row.count > 0)}
            />
          </Section>
          <Section title={t("dashboard.by-priority")}>
            <Bars
              rows={priorities.map((key) => ({
                key,
                count: count(figures.open_by_priority, key),
                name: priorityName(key),
                sign: <PriorityBars priority={key} />,
                search: { list: "all", priority: [key] },
              }))}
            />
          </Section>
        </div>
      </div>
    </div>
  );
}

type Counted = Record<string, unknown> | undefined;
const count = (counts: Counted, key: string) => Number(counts?.[key] ?? 0);

type To = ComponentProps<typeof Link>["to"];
type TileProps = { name: string; value: number | undefined; isLate?: boolean; to: To; search: object };

function Tile({ name, value, isLate = false, to, search }: TileProps) {
  return (
    <li className="border-line not-first:border-s max-md:nth-3:border-s-0 max-md:nth-[n+3]:border-t">
      <Link
        to={to}
        search={search as never}
        className="grid gap-0.5 px-4 py-3 hover:bg-hover focus-visible:-outline-offset-2"
      >
        <span className="text-ink-2">{name}</span>
        <span className={`text-28 font-light tabular-nums ${isLate && value ? "text-late" : "text-ink-1"}`}>
          {value === undefined ? "–" : number(value)}
        </span>
      </Link>
    </li>
  );
}

function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="grid min-w-0 content-start gap-3">
      <header className="flex min-h-7 flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold">{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

type BarRow = { key: string; name: string; count: number; sign: ReactNode; search: object };

/** Counts as bars against the greatest of them; each opens its tickets. */
function Bars({ rows }: { rows: BarRow[] }) {
  const most = Math.max(1, ...rows.map((row) => row.count));
  return (
    <ul>
      {rows.map((row) => (
        <li key={row.key}>
          <Link
            to="/inbox"
            search={row.search as never}
            className="grid min-h-7 grid-cols-[auto_minmax(0,6.5rem)_minmax(0,1fr)_auto] items-center gap-2 rounded-control px-1 hover:bg-hover"
          >
            {row.sign}
            <span className="truncate">{row.name}</span>
            <span className="h-1.5">
              <span
                className="block h-full rounded-row bg-control"
                style={{ inlineSize: row.count === 0 ? 0 : `max(2px, ${(row.count / most) * 100}%)` }}
              />
            </span>
            <span className="min-w-7 text-end tabular-nums">{number(row.count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Recent() {
  const { data, error, refetch } = useQuery(recentQuery);
  return (
    <Section title={t("dashboard.recent")}>
      {data === undefined ? (
        error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={10} height="h-11" />
        )
      ) : data.length === 0 ? (
        <EmptyState icon="inbox" title={t("dashboard.recent.none")}>
          {t("dashboard.recent.none.why")}
        </EmptyState>
      ) : (
        <TicketRows label={t("dashboard.recent")} tickets={data} />
      )}
    </Section>
  );
}
