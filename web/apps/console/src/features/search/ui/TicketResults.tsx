import { dayTime, t } from "@helpdesk/i18n";
import { Button, EmptyState, ErrorState, Icon, Pager, Select, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { TicketRows } from "../../../shell/TicketRows.tsx";
import { priorities, priorityName } from "../../triage/index.ts";
import { ticketsFoundQuery } from "../api.ts";
import { hasFilters, isAsked, type SearchSearch, ticketParameters, withoutFilters } from "../search.ts";
import { Marked } from "./Marked.tsx";

type Props = { search: SearchSearch; onChange: (next: Partial<SearchSearch>) => void };

/** Tickets of any state that have the words, under the filters that the address names. */
export function TicketResults({ search, onChange }: Props) {
  const { data, error, refetch, isPlaceholderData } = useQuery(ticketsFoundQuery(search));
  const find = search.find ?? "";
  const { page, page_size } = ticketParameters(search);
  return (
    <>
      <Filters search={search} onChange={onChange} />
      {!isAsked(search) ? (
        <EmptyState icon="search" title={t("search.begin")}>
          {t("search.begin.why")}
        </EmptyState>
      ) : data === undefined ? (
        error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={8} height="h-11" />
        )
      ) : data.results.length === 0 ? (
        <EmptyState
          icon="search"
          title={t("search.none")}
          action={
            hasFilters(search) && find ? (
              <Button onPress={() => onChange(cleared(search))}>{t("search.without-filters")}</Button>
            ) : null
          }
        >
          {t("search.none.why")}
        </EmptyState>
      ) : (
        <div className={isPlaceholderData ? "opacity-60" : ""}>
          <TicketRows
            label={t("search.tickets")}
            tickets={data.results}
            detail={find ? (ticket) => <Marked text={ticket.description} find={find} /> : undefined}
          />
        </div>
      )}
      <Pager
        page={page}
        pageSize={page_size}
        count={data?.count}
        isCapped={data?.count_capped}
        hasNext={Boolean(data?.next)}
        onPage={(next) => onChange({ page: next })}
      />
    </>
  );
}

const any = "any";
const categories = ["new", "open", "pending", "on_hold", "resolved", "closed"];
const orders = ["-created_at", "created_at", "-updated_at", "due_at", "-priority"] as const;

/** Every filter undone, as a change of the address. */
const cleared = (search: SearchSearch): Partial<SearchSearch> => ({
  ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])),
  ...withoutFilters(search),
});

function Filters({ search, onChange }: Props) {
  const choices = (keys: readonly string[], name: (key: string) => string) =>
    keys.map((id) => ({ id, name: name(id) }));
  const withAny = (keys: readonly string[], name: (key: string) => string) => [
    { id: any, name: t("search.any") },
    ...choices(keys, name),
  ];
  return (
    <div className="grid grid-cols-2 items-end gap-3 sm:flex sm:flex-wrap">
      <Select
        label={t("search.state")}
        className="sm:w-40"
        items={withAny(categories, (key) => t(`search.state.${key}`))}
        value={search.status_category?.[0] ?? any}
        onChange={(key) => onChange({ status_category: key === any ? undefined : [key] })}
      />
      <Select
        label={t("search.priority")}
        className="sm:w-36"
        items={withAny(priorities, priorityName)}
        value={search.priority?.[0] ?? any}
        onChange={(key) => onChange({ priority: key === any ? undefined : [key] })}
      />
      <Select
        label={t("search.order")}
        className="max-sm:col-span-2 sm:w-44"
        items={choices(orders, (key) => t(`search.order.${key.replace("-", "down-")}`))}
        value={search.order ?? "-created_at"}
        onChange={(order) => onChange({ order: order as SearchSearch["order"] })}
      />
      <Period
        name={t("search.created")}
        after={search.created_after}
        before={search.created_before}
        onClear={() => onChange({ created_after: undefined, created_before: undefined })}
      />
      <Period
        name={t("search.resolved")}
        after={search.resolved_after}
        before={search.resolved_before}
        onClear={() => onChange({ resolved_after: undefined, resolved_before: undefined })}
      />
    </div>
  );
}

type PeriodProps = { name: string; after?: string; before?: string; onClear: () => void };

/** A time that the address names, with the way to leave it out. */
function Period({ name, after, before, onClear }: PeriodProps) {
  if (!after && !before) return null;
  return (
    <Button className="h-9" onPress={onClear}>
      <span>
        {name} <bdi>{after ? dayTime(after) : "…"}</bdi> – <bdi>{before ? dayTime(before) : t("search.now")}</bdi>
      </span>
      <Icon name="close" className="size-3" />
      <span className="sr-only">{t("search.remove-filter")}</span>
    </Button>
  );
}
