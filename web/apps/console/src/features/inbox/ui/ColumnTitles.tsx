import { t } from "@helpdesk/i18n";
import type { PointerEvent } from "react";
import { place, setColumns, type TableColumn, useColumns } from "../columns.ts";
import { columnStyle } from "./rows.tsx";

/** The titles above the rows. They are dragged to where a column shall stand; keys do the same in the menu of columns. */
export function ColumnTitles({ columns }: { columns: TableColumn[] }) {
  return (
    <div
      role="row"
      className="sticky top-0 z-10 grid h-8 items-center gap-x-3 border-b border-line bg-surface ps-4 pe-3 text-12 font-medium text-ink-3"
      style={columnStyle(columns)}
    >
      <span role="columnheader">
        <span className="sr-only">{t("inbox.column.select")}</span>
      </span>
      {columns.map((column) => (
        <Title key={column} column={column} />
      ))}
      <span role="columnheader" className="truncate justify-self-end">
        {t("inbox.column.due")}
      </span>
    </div>
  );
}

function Title({ column }: { column: TableColumn }) {
  const columns = useColumns();
  const drag = (event: PointerEvent<HTMLElement>) => {
    const title = event.currentTarget;
    if (!title.hasPointerCapture(event.pointerId)) return;
    for (const other of title.parentElement?.querySelectorAll<HTMLElement>("[data-column]") ?? []) {
      const { left, right, width } = other.getBoundingClientRect();
      // Only where the dragged one will be below the pointer, or the two would change places again and again.
      const isOver = event.clientX > left && event.clientX < right && width > 0;
      const at = other.dataset.column as TableColumn;
      if (!isOver || at === column) continue;
      const own = title.getBoundingClientRect();
      const reaches = own.left < left ? event.clientX > right - own.width : event.clientX < left + own.width;
      if (reaches) setColumns(place(columns, column, at));
      return;
    }
  };
  return (
    <span
      role="columnheader"
      tabIndex={-1}
      data-column={column}
      onPointerDown={(event) => event.button === 0 && event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      className="cursor-grab touch-none truncate select-none active:cursor-grabbing active:text-ink-1"
    >
      {t(`inbox.column.${column}`)}
    </span>
  );
}
