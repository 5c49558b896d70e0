import { number, relative, t } from "@helpdesk/i18n";
import { Avatar, clockOf, Icon, PriorityBars, SlaClock, StatusGlyph, TimeRail } from "@helpdesk/ui";
import { type CSSProperties, memo, type PointerEvent } from "react";
import { usePersonName } from "../../../shell/people.ts";
import { usePresence } from "../../../shell/presence.ts";
import { priorityName, useStatusName } from "../../triage/names.ts";
import type { TableColumn } from "../columns.ts";
import type { Row } from "../model.ts";
import { rowId } from "./VirtualGrid.tsx";

export type RowProps = {
  row: Row;
  place: number;
  isCursor: boolean;
  isSelected: boolean;
  /** Some rows are selected, so all show their boxes. */
  isSelecting: boolean;
  /** It no longer stands in the list. */
  isGone: boolean;
  onPress: (row: Row, event: PointerEvent | React.MouseEvent) => void;
  onToggle: (row: Row) => void;
};

export const requesterOf = (row: Row) => row.customer?.name || row.customer?.email || t("inbox.nobody");

function frame({ row, place, isCursor, isSelected, isGone, onPress }: RowProps) {
  const look = isSelected ? "bg-petrol-soft" : isCursor ? "bg-petrol-soft/70" : "hover:bg-hover";
  const ring = isCursor
    ? "group-focus-visible/grid:outline-2 group-focus-visible/grid:-outline-offset-2 group-focus-visible/grid:outline-petrol"
    : "";
  return {
    id: rowId(row.id),
    role: "row",
    "aria-rowindex": place + 1,
    "aria-selected": isSelected,
    onClick: (event: React.MouseEvent) => onPress(row, event),
    className: `group/row relative h-full cursor-default border-b border-line-soft ${look} ${ring} ${isGone ? "line-through opacity-60" : ""}`,
  } as const;
}

/** The box to select a row by pointer; with the keyboard the row itself is selected. */
function Box({ isSelected, onToggle }: { isSelected: boolean; onToggle: () => void }) {
  return (
    <span
      aria-hidden="true"
      className="absolute -inset-1.5 grid cursor-default place-items-center"
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
    >
      <span
        className={`grid size-4 place-items-center rounded-[3px] border ${isSelected ? "border-petrol bg-petrol text-on-petrol" : "border-control bg-raised"}`}
      >
        {isSelected ? <Icon name="check" className="size-3.5" /> : null}
      </span>
    </span>
  );
}

/** Two lines: who and how long, what and who has it. */
export const SplitRow = memo(function SplitRow(props: RowProps) {
  const { row, isSelected, isSelecting, onToggle } = props;
  const clock = clockOf(row);
  const box = isSelected || isSelecting ? "" : "hidden group-hover/row:block";
  const rest = isSelected || isSelecting ? "invisible" : "group-hover/row:invisible";
  return (
    <div {...frame(props)}>
      <div
        role="gridcell"
        className="grid h-full grid-cols-[minmax(0,1fr)_auto] content-center gap-x-3 gap-y-px ps-4 pe-3 max-pane:text-15 ltr:text-left rtl:text-right"
      >
        <TimeRail clock={clock} />
        <span className="flex min-w-0 items-baseline gap-2">
          <bdi className={`truncate ${row.unread ? "font-semibold text-ink-1" : "text-ink-2"}`}>{requesterOf(row)}</bdi>
          {row.unread ? <span className="sr-only">{t("inbox.unread")}</span> : null}
          <Tags tags={row.tags} />
        </span>
        <SlaClock clock={clock} className="justify-self-end" />
        <span className="truncate" dir="auto">
          <bdi className={row.unread ? "text-ink-1" : "text-ink-2"}>{row.subject}</bdi>
          <Preview row={row} />
        </span>
        <span className="relative size-4.5 justify-self-end">
          {row.assignee ? (
            <span className={rest}>
              <Assignee row={row} />
            </span>
          ) : null}
          <span className={box}>
            <Box isSelected={isSelected} onToggle={() => onToggle(row)} />
          </span>
        </span>
      </div>
    </div>
  );
});

function Tags({ tags }: { tags: string[] | null | undefined }) {
  if (!tags || tags.length === 0) return null;
  const [first, second, ...more] = tags;
  return (
    <>
      {[first, second].map((tag) =>
        tag ? (
          <bdi
            key={tag}
            className="min-w-0 max-w-24 shrink-3 truncate rounded-row border border-line px-1 text-11 text-ink-3 no-underline"
          >
            {tag}
          </bdi>
        ) : null,
      )}
      {more.length > 0 ? (
        <span className="shrink-0 text-11 text-ink-3" title={more.join(", ")}>
          +{number(more.length)}
        </span>
      ) : null}
    </>
  );
}

/** Who types or looks takes the place of the text, and never adds a line. */
function Preview({ row }: { row: Row }) {
  const { viewing, typing } = usePresence(row.id);
  const nameOf = usePersonName();
  const [who] = typing.length > 0 ? typing : viewing;
  const text = row.description.slice(0, 160);
  if (!who && !text) return null;
  return (
    <>
      <span className="text-control"> — </span>
      {who ? (
        <span className="text-petrol">
          {t(typing.length > 0 ? "inbox.typing" : "inbox.viewing", { name: nameOf(who) })}
        </span>
      ) : (
        <bdi className="text-ink-3">{text}</bdi>
      )}
    </>
  );
}

function Assignee({ row }: { row: Row }) {
  const { viewing, typing } = usePresence(row.id);
  const { assignee } = row;
  if (!assignee) return null;
  const presence = typing.includes(assignee.id) ? "typing" : viewing.includes(assignee.id) ? "viewing" : undefined;
  return (
    <span title={assignee.name}>
      <Avatar name={assignee.name} size={18} presence={presence} />
      <span className="sr-only">{t("inbox.assigned-to", { name: assignee.name })}</span>
    </span>
  );
}

/** The columns of the table and what they take of its width. */
export const tableColumns: Record<TableColumn, string> = {
  number: "3.25rem",
  requester: "minmax(6rem,11rem)",
  subject: "minmax(12rem,1fr)",
  status: "6.75rem",
  priority: "5rem",
  assignee: "minmax(5rem,8rem)",
  team: "minmax(4rem,7rem)",
  updated: "6.5rem",
};

export const columnStyle = (columns: TableColumn[]): CSSProperties => ({
  gridTemplateColumns: `1.5rem ${columns.map((column) => tableColumns[column]).join(" ")} 4.5rem`,
});

/** One line with its columns; how long is left stands at the end, as in the other form. */
export const TableRow = memo(function TableRow(props: RowProps & { columns: TableColumn[] }) {
  const { row, isSelected, onToggle, columns } = props;
  const clock = clockOf(row);
  return (
    <div {...frame(props)}>
      <TimeRail clock={clock} />
      <div role="presentation" className="grid h-full items-center gap-x-3 ps-4 pe-3" style={columnStyle(columns)}>
        <div role="gridcell" className="relative size-4">
          <Box isSelected={isSelected} onToggle={() => onToggle(row)} />
        </div>
        {columns.map((column) => (
          <div key={column} role="gridcell" className="min-w-0 truncate text-ink-2">
            <Cell row={row} column={column} />
          </div>
        ))}
        <div role="gridcell" className="justify-self-end">
          <SlaClock clock={clock} />
        </div>
      </div>
    </div>
  );
});

function Cell({ row, column }: { row: Row; column: TableColumn }) {
  const statusName = useStatusName();
  switch (column) {
    case "number":
      return <span className="font-mono text-12 text-ink-3">#{row.number}</span>;
    case "requester":
      return <bdi className={row.unread ? "font-semibold text-ink-1" : ""}>{requesterOf(row)}</bdi>;
    case "subject":
      return <bdi className={`text-ink-1 ${row.unread ? "font-semibold" : ""}`}>{row.subject}</bdi>;
    case "status":
      return (
        <span className="flex items-center gap-1.5">
          <StatusGlyph category={row.status_category} />
          <span className="truncate">{statusName(row.status)}</span>
        </span>
      );
    case "priority":
      return (
        <span className="flex items-center gap-1.5">
          <PriorityBars priority={row.priority} />
          {priorityName(row.priority)}
        </span>
      );
    case "assignee":
      return row.assignee ? (
        <bdi>{row.assignee.name}</bdi>
      ) : (
        <span className="text-ink-3">{t("inbox.unassigned")}</span>
      );
    case "team":
      return <bdi>{row.team?.name}</bdi>;
    case "updated":
      return <span className="text-12 text-ink-3">{relative(row.updated_at)}</span>;
  }
}
