import { type ReactNode, type RefObject, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Line, lineAt, offsetsOf, type Row } from "../model.ts";

export const headingHeight = 28;

/** Screens of rows that are to be there before somebody gets to them. */
const ahead = 8;

/** What moves the list from outside. */
export type GridHandle = {
  /** Scrolls just as far as needed to have the row in view. */
  reveal: (id: string) => void;
  isAtTop: () => boolean;
  toTop: () => void;
  focus: () => void;
};

type Props = {
  label: string;
  lines: Line[];
  rowHeight: number;
  /** How many rows there are in all, where that is known. */
  count: number | undefined;
  cursor: string | undefined;
  handle: RefObject<GridHandle | null>;
  renderRow: (row: Row, place: number) => ReactNode;
  renderHeading: (id: string, isLate: boolean) => ReactNode;
  /** Above the rows, and as wide as they. */
  header?: ReactNode;
  /** The rows that are there end within a few screens. */
  onNearEnd: () => void;
};

export const rowId = (id: string) => `row-${id}`;

/**
 * Rows of fixed height, of which only those near the view are drawn: one screen more in both directions, so that even fast
 * scrolling shows no gap. The focus stays on the grid; the row with the cursor is its active descendant.
 */
export function VirtualGrid(props: Props) {
  const { lines, rowHeight, cursor, handle, onNearEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 900 });
  const offsets = useMemo(() => offsetsOf(lines, rowHeight, headingHeight), [lines, rowHeight]);
  const whole = offsets.at(-1) ?? 0;
  const first = lineAt(offsets, view.top - view.height);
  const last = lineAt(offsets, view.top + view.height * 2);

  const measure = () => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop, clientHeight } = element;
    // Drawing anew in steps of a third of a screen is enough: a whole one is drawn ahead.
    const step = Math.max(rowHeight, clientHeight / 3);
    const top = Math.round(scrollTop / step) * step;
    setView((old) => (old.top === top && old.height === clientHeight ? old : { top, height: clientHeight }));
    if (scrollTop + clientHeight * ahead > whole) onNearEnd();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the size changes with the lines, and with the window.
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [whole, rowHeight]);

  useImperativeHandle(handle, () => ({
    reveal(id) {
      const element = scroller.current;
      const place = lines.findIndex((line) => line.kind === "row" && line.row.id === id);
      if (!element || place < 0) return;
      // A heading that stands right above comes into view with its row.
      const from = offsets[lines[place - 1]?.kind === "heading" ? place - 1 : place]!;
      const to = offsets[place + 1]!;
      if (from < element.scrollTop) element.scrollTop = from;
      else if (to > element.scrollTop + element.clientHeight) element.scrollTop = to - element.clientHeight;
    },
    isAtTop: () => (scroller.current?.scrollTop ?? 0) === 0,
    toTop: () => scroller.current?.scrollTo({ top: 0 }),
    focus: () => scroller.current?.focus({ preventScroll: true }),
  }));

  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-multiselectable="true"
      aria-rowcount={props.count ?? -1}
      aria-activedescendant={cursor && rowId(cursor)}
      onScroll={measure}
      className="group/grid relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain outline-none"
    >
      {props.header}
      <div role="presentation" className="relative" style={{ blockSize: whole }}>
        {lines.slice(first, last + 1).map((line, place) => {
          const height = line.kind === "row" ? rowHeight : headingHeight;
          const style = { insetBlockStart: offsets[first + place], blockSize: height };
          return (
            <div
              key={line.kind === "row" ? line.row.id : `heading ${line.id} ${first + place}`}
              role="presentation"
              className="absolute inset-x-0"
              style={style}
            >
              {line.kind === "row"
                ? props.renderRow(line.row, first + place)
                : props.renderHeading(line.id, line.isLate)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
