import { useSyncExternalStore } from "react";

export const allColumns = [
  "number",
  "requester",
  "subject",
  "status",
  "priority",
  "assignee",
  "team",
  "updated",
] as const;
export type TableColumn = (typeof allColumns)[number];

/** The columns of the table in their order, and which of them are not shown. */
export type Columns = { order: readonly TableColumn[]; hidden: readonly TableColumn[] };
export const usualColumns: Columns = { order: allColumns, hidden: [] };

/** Without it nobody would know what a row is about. */
export const isFixed = (column: TableColumn) => column === "subject";

/** What was kept, as far as it still means something; columns that are new since then come last. */
export function columnsOf(kept: { order?: string[]; hidden?: string[] } | null): Columns {
  const known = (names: string[] | undefined) =>
    allColumns
      .filter((column) => names?.includes(column))
      .sort((one, other) => names!.indexOf(one) - names!.indexOf(other));
  const order = known(kept?.order);
  return {
    order: [...order, ...allColumns.filter((column) => !order.includes(column))],
    hidden: known(kept?.hidden).filter((column) => !isFixed(column)),
  };
}

/** Puts a column in the place of another one. */
export function place({ order, hidden }: Columns, column: TableColumn, at: TableColumn): Columns {
  const rest = order.filter((one) => one !== column);
  const to = order.indexOf(at);
  return { order: [...rest.slice(0, to), column, ...rest.slice(to)], hidden };
}

/** Moves a column one place on, or back; it stays at the ends. */
export function shift(columns: Columns, column: TableColumn, by: 1 | -1): Columns {
  const at = columns.order[columns.order.indexOf(column) + by];
  return at ? place(columns, column, at) : columns;
}

export const toggle = ({ order, hidden }: Columns, column: TableColumn): Columns => ({
  order,
  hidden: hidden.includes(column) ? hidden.filter((one) => one !== column) : [...hidden, column],
});

const name = "inbox-columns";
const listeners = new Set<() => void>();
let current: (Columns & { shown: TableColumn[]; kept: string | null }) | undefined;

const withShown = (columns: Columns, kept: string | null) => ({
  ...columns,
  kept,
  shown: columns.order.filter((column) => !columns.hidden.includes(column)),
});

/** As it is kept now: a sign-out forgets it. */
function read() {
  const kept = localStorage.getItem(name);
  if (current?.kept === kept && current) return current;
  try {
    current = withShown(columnsOf(JSON.parse(kept ?? "null")), kept);
  } catch {
    current = withShown(usualColumns, kept);
  }
  return current;
}

/** Changes the columns, on this browser. */
export function setColumns({ order, hidden }: Columns): void {
  localStorage.setItem(name, JSON.stringify({ order, hidden }));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useColumns = () => useSyncExternalStore(subscribe, read);
