import { number, t } from "@helpdesk/i18n";
import type { ReactNode } from "react";
import { Button, IconButton } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import { EmptyState, ErrorState, Skeleton } from "./states.tsx";

export type Column<Row> = {
  id: string;
  title: string;
  /** Not shown, but read to those who do not see: for columns of signs or buttons. */
  isTitleHidden?: boolean;
  cell: (row: Row) => ReactNode;
  /** The field to order by, where the server can. */
  order?: string;
  className?: string;
  /** Left out where the page is narrow. */
  isWide?: boolean;
};

type Props<Row> = {
  label: string;
  columns: Column<Row>[];
  /** Undefined while they are on their way. */
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  error?: unknown;
  onRetry?: () => void;
  /** Shown instead of rows when there are none. */
  empty?: ReactNode;
  /** "name" or "-name". */
  ordering?: string;
  onOrder?: (ordering: string) => void;
};

/** A table of one page of things: headers that sort, and a state for waiting, failing and emptiness. */
export function DataTable<Row>({ label, columns, rows, rowKey, error, onRetry, empty, ordering, onOrder }: Props<Row>) {
  if (error && !rows) return <ErrorState error={error} onRetry={onRetry} />;
  if (!rows) return <Skeleton rows={8} height="h-(--line-row)" />;
  if (rows.length === 0) return <>{empty ?? <EmptyState title={t("ui.nothing")} />}</>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
    <section aria-label={label} tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full border-collapse text-start">
        <thead>
          <tr className="border-b border-line">
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} ordering={ordering} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="h-(--line-row) border-b border-line-soft hover:bg-hover">
              {columns.map((column) => (
                <td key={column.id} className={`px-3 py-1 align-middle ${cellLook(column)}`}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const cellLook = (column: { isWide?: boolean; className?: string }) =>
  `${column.isWide ? "hidden pane:table-cell" : ""} ${column.className ?? ""}`;

type HeaderProps<Row> = { column: Column<Row>; ordering?: string; onOrder?: (ordering: string) => void };

function HeaderCell<Row>({ column, ordering, onOrder }: HeaderProps<Row>) {
  const isUp = ordering !== undefined && ordering === column.order;
  const isDown = ordering !== undefined && ordering === `-${column.order}`;
  const canSort = column.order !== undefined && onOrder !== undefined;
  return (
    <th
      scope="col"
      aria-sort={isUp ? "ascending" : isDown ? "descending" : canSort ? "none" : undefined}
      className={`h-8 px-3 text-start text-12 font-medium whitespace-nowrap text-ink-3 ${cellLook(column)}`}
    >
      {canSort ? (
        <button
          type="button"
          className="inline-flex items-center gap-1 hover:text-ink-1"
          onClick={() => onOrder(isUp ? `-${column.order}` : (column.order ?? ""))}
        >
          {column.title}
          {isUp || isDown ? <Icon name={isUp ? "up" : "down"} className="size-3" /> : null}
        </button>
      ) : (
        <span className={column.isTitleHidden ? "sr-only" : ""}>{column.title}</span>
      )}
    </th>
  );
}

type PagerProps = {
  page: number;
  pageSize: number;
  /** All of them; null when nobody counted. */
  count: number | null | undefined;
  /** Whether there are more than `count`. */
  isCapped?: boolean;
  hasNext: boolean;
  onPage: (page: number) => void;
};

/** "21–40 of 312", and the way to the pages beside. */
export function Pager({ page, pageSize, count, isCapped, hasNext, onPage }: PagerProps) {
  if (page === 1 && !hasNext) return null;
  const from = (page - 1) * pageSize + 1;
  const to = count == null ? page * pageSize : Math.max(from, Math.min(page * pageSize, isCapped ? Infinity : count));
  const range = { from: number(from), to: number(to), count: count == null ? "" : number(count) };
  return (
    <nav aria-label={t("ui.pages")} className="flex items-center justify-end gap-1 py-2 text-12 text-ink-3">
      <span className="me-2 tabular-nums">
        {t(count == null ? "ui.range" : isCapped ? "ui.range-of-more" : "ui.range-of", range)}
      </span>
      <IconButton icon="back" label={t("ui.previous")} isDisabled={page === 1} onPress={() => onPage(page - 1)} />
      <IconButton icon="forward" label={t("ui.next")} isDisabled={!hasNext} onPress={() => onPage(page + 1)} />
    </nav>
  );
}

type SettingsFormProps = {
  isDirty: boolean;
  isSaving: boolean;
  onSave: () => void;
  onDiscard: () => void;
  error?: string;
  children: ReactNode;
};

/** Fields with a bar that appears once something was changed: Save and Discard, also by Mod+Enter. */
export function SettingsForm({ isDirty, isSaving, onSave, onDiscard, error, children }: SettingsFormProps) {
  return (
    <form
      noValidate
      className="grid max-w-[640px] gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && isDirty) onSave();
      }}
    >
      {children}
      {isDirty || isSaving ? (
        <div className="float sticky bottom-4 z-10 flex items-center gap-2 px-3 py-2">
          <span className={`min-w-0 flex-1 ${error ? "text-late" : "text-ink-2"}`} role={error ? "alert" : "status"}>
            {error ?? t("ui.unsaved")}
          </span>
          <Button onPress={onDiscard} isDisabled={isSaving}>
            {t("ui.discard")}
          </Button>
          <Button type="submit" look="primary" isDisabled={isSaving}>
            {t("ui.save")}
          </Button>
        </div>
      ) : null}
    </form>
  );
}
