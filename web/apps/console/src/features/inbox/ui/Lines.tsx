import { t } from "@helpdesk/i18n";
import { type MouseEvent, type RefObject, useCallback, useRef, useSyncExternalStore } from "react";
import { priorityName } from "../../triage/index.ts";
import { useColumns } from "../columns.ts";
import type { Line, Row } from "../model.ts";
import type { Selection } from "../selection.ts";
import { ColumnTitles } from "./ColumnTitles.tsx";
import { SplitRow, TableRow } from "./rows.tsx";
import { type GridHandle, VirtualGrid } from "./VirtualGrid.tsx";

type Props = {
  title: string;
  lines: Line[];
  count: number | undefined;
  grid: RefObject<GridHandle | null>;
  isTable: boolean;
  selection: Selection;
  gone: ReadonlySet<string>;
  onPress: (row: Row, event: MouseEvent) => void;
  onToggle: (row: Row) => void;
  onNearEnd: () => void;
};

/** Heights that the density sets, in pixels: rows are placed by them. */
function useRowHeight(name: "--row" | "--line-row"): number {
  const subscribe = useCallback((listener: () => void) => {
    const observer = new MutationObserver(listener);
    observer.observe(document.documentElement, { attributeFilter: ["data-density"] });
    return () => observer.disconnect();
  }, []);
  return useSyncExternalStore(subscribe, () =>
    Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name)),
  );
}

/** The rows of a list in one of its two forms. */
export function Lines({ title, lines, count, grid, isTable, selection, gone, onPress, onToggle, onNearEnd }: Props) {
  const { shown: columns } = useColumns();
  const rowHeight = useRowHeight(isTable ? "--line-row" : "--row");
  // The same functions for as long as the list is there: a row is drawn anew only when it changes.
  const latest = useRef({ onPress, onToggle });
  latest.current = { onPress, onToggle };
  const press = useCallback((row: Row, event: MouseEvent) => latest.current.onPress(row, event), []);
  const toggle = useCallback((row: Row) => latest.current.onToggle(row), []);
  const { cursor, selected } = selection;
  const renderRow = (row: Row, place: number) => {
    const props = {
      row,
      place,
      isCursor: row.id === cursor,
      isSelected: selected.has(row.id),
      isSelecting: selected.size > 0,
      isGone: gone.has(row.id),
      onPress: press,
      onToggle: toggle,
    };
    return isTable ? <TableRow {...props} columns={columns} /> : <SplitRow {...props} />;
  };
  return (
    <VirtualGrid
      label={title}
      lines={lines}
      rowHeight={rowHeight}
      count={count}
      cursor={cursor}
      handle={grid}
      renderRow={renderRow}
      renderHeading={(id, isLate) => <Heading id={id} isLate={isLate} />}
      header={isTable ? <ColumnTitles columns={columns} /> : undefined}
      onNearEnd={onNearEnd}
    />
  );
}

function Heading({ id, isLate }: { id: string; isLate: boolean }) {
  const [kind = "", name = ""] = id.split(/:(.*)/s);
  const text = kind === "due" ? t(`inbox.band.${name}`) : kind === "priority" ? priorityName(name) : name;
  return (
    <div role="row" className="flex h-full items-end border-b border-line-soft bg-surface ps-4 pe-3 pb-1 text-12">
      <span role="gridcell" className={isLate ? "font-semibold text-late" : "font-medium text-ink-3"}>
        {text}
      </span>
    </div>
  );
}
