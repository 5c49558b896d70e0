import { t } from "@helpdesk/i18n";
import { Avatar, clockOf, SlaClock, TimeRail } from "@helpdesk/ui";
import { GridList, GridListItem, ListLayout, Virtualizer } from "react-aria-components";
import type { Row } from "../api.ts";

type Props = {
  rows: Row[];
  open: number | undefined;
  onOpen: (number: number) => void;
  /** The last rows are near. */
  onEnd: () => void;
};

/** Rows of two lines; only those in view are drawn. */
export function TicketList({ rows, open, onOpen, onEnd }: Props) {
  return (
    <Virtualizer layout={ListLayout} layoutOptions={{ rowSize: 52 }}>
      <GridList
        aria-label={t("inbox.tickets")}
        items={rows}
        disallowTypeAhead
        selectionMode="single"
        selectionBehavior="replace"
        selectedKeys={rows.filter((row) => row.number === open).map((row) => row.id)}
        onSelectionChange={(keys) => {
          const [key] = keys === "all" ? [] : keys;
          const row = rows.find((one) => one.id === key);
          if (row) onOpen(row.number);
        }}
        onScroll={({ currentTarget: list }) => {
          if (list.scrollTop + list.clientHeight * 3 > list.scrollHeight) onEnd();
        }}
        className="min-h-0 flex-1 overflow-y-auto outline-none"
      >
        {(row) => <TicketRow row={row} />}
      </GridList>
    </Virtualizer>
  );
}

function TicketRow({ row }: { row: Row }) {
  const clock = clockOf(row);
  const requester = row.customer?.name || row.customer?.email || t("inbox.nobody");
  return (
    <GridListItem
      id={row.id}
      textValue={`${requester}, ${row.subject}`}
      className="relative grid h-(--row) cursor-default grid-cols-[minmax(0,1fr)_auto] content-center gap-x-3 gap-y-px border-b border-line-soft ps-4 pe-3 outline-none hovered:bg-hover focus-ring:outline-2 focus-ring:-outline-offset-2 focus-ring:outline-petrol selected:bg-petrol-soft"
    >
      <TimeRail clock={clock} />
      <span className="flex min-w-0 items-baseline gap-2">
        <bdi className={`truncate ${row.unread ? "font-semibold text-ink-1" : "text-ink-2"}`}>{requester}</bdi>
        {row.tags?.slice(0, 2).map((tag) => (
          <bdi key={tag} className="max-w-24 shrink-0 truncate rounded-row border border-line px-1 text-11 text-ink-3">
            {tag}
          </bdi>
        ))}
      </span>
      <SlaClock clock={clock} className="justify-self-end" />
      <span className={`truncate ${row.assignee ? "" : "col-span-2"}`}>
        <bdi className={row.unread ? "text-ink-1" : "text-ink-2"}>{row.subject}</bdi>
        <span className="text-control"> — </span>
        <bdi className="text-ink-3">{row.description.slice(0, 160)}</bdi>
      </span>
      {row.assignee ? (
        <span className="justify-self-end" title={row.assignee.name}>
          <Avatar name={row.assignee.name} size={18} />
          <span className="sr-only">{row.assignee.name}</span>
        </span>
      ) : null}
    </GridListItem>
  );
}
