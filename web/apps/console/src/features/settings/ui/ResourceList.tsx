import { t } from "@helpdesk/i18n";
import { Button, type Column, DataTable, EmptyState, Pager, SearchField } from "@helpdesk/ui";
import { type ReactNode, useEffect, useState } from "react";
import { type ListSearch, pageSize } from "../listSearch.ts";

type Listed<Row> = { results: Row[]; count?: number | null; count_capped?: boolean | null; next?: string | null };

type Props<Row> = {
  label: string;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  /** The query of the list, as `useQuery` gives it. */
  list: { data: Listed<Row> | undefined; error: unknown; refetch: () => unknown };
  /** What the address says: page, order, text and filters. */
  search?: ListSearch;
  /** Changes the address. */
  onSearch?: (change: Record<string, unknown>) => void;
  /** Whether the server can look for a text in it. */
  canFind?: boolean;
  /** Order while the address says none. */
  ordering?: string;
  filters?: ReactNode;
  /** When there are none at all. */
  empty: { title: string; text?: ReactNode; action?: ReactNode };
};

/** Waits with the text until nothing was typed for a moment. */
const pause = 250;

/** One page of things with search, filters, order and count; it says whether nothing fits or nothing is there. */
export function ResourceList<Row>(props: Props<Row>) {
  const { label, columns, rowKey, list, search = {}, onSearch, canFind, ordering, filters, empty } = props;
  const { page = 1, find, order, ...own } = search;
  const isFiltered = Boolean(find) || Object.values(own).some((value) => value !== undefined);
  const clear = () => {
    const names = Object.keys(own).map((name) => [name, undefined]);
    onSearch?.({ ...Object.fromEntries(names), find: undefined, page: undefined });
  };
  return (
    <div className="grid gap-2">
      {canFind || filters ? (
        <div className="flex flex-wrap items-center gap-2">
          {canFind ? (
            <Find key={find ?? ""} value={find ?? ""} onFind={(text) => onSearch?.({ find: text, page: undefined })} />
          ) : null}
          {filters}
        </div>
      ) : null}
      <DataTable
        label={label}
        columns={columns}
        rows={list.data?.results}
        rowKey={rowKey}
        error={list.error}
        onRetry={() => void list.refetch()}
        ordering={order ?? ordering}
        onOrder={onSearch && ((next) => onSearch({ order: next, page: undefined }))}
        empty={
          isFiltered ? (
            <EmptyState
              icon="search"
              title={t("ui.nothing-fits")}
              action={<Button onPress={clear}>{t("ui.clear")}</Button>}
            >
              {t("settings.nothing-fits.why")}
            </EmptyState>
          ) : (
            <EmptyState title={empty.title} action={empty.action}>
              {empty.text}
            </EmptyState>
          )
        }
      />
      {list.data && onSearch ? (
        <Pager
          page={page}
          pageSize={pageSize}
          count={list.data.count}
          isCapped={list.data.count_capped ?? false}
          hasNext={Boolean(list.data.next)}
          onPage={(next) => onSearch({ page: next === 1 ? undefined : next })}
        />
      ) : null}
    </div>
  );
}

function Find({ value, onFind }: { value: string; onFind: (text: string | undefined) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onFind(text.trim() || undefined), pause);
    return () => clearTimeout(timer);
  }, [text, value, onFind]);
  return <SearchField label={t("settings.find")} value={text} onChange={setText} className="w-full sm:max-w-72" />;
}
