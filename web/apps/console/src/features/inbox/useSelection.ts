import { useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Row } from "./model.ts";
import { extendTo, keepThose, moveTo, nothing, type Selection, step, toggle } from "./selection.ts";
import type { GridHandle } from "./ui/VirtualGrid.tsx";

/** Cursor and selection of a list, and how they move. `listKey` names the list: another one begins anew. */
export function useSelection(rows: Row[], listKey: string, grid: React.RefObject<GridHandle | null>) {
  const [selection, setSelection] = useState<Selection>(nothing);
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  const latest = useRef({ ids, selection });
  latest.current = { ids, selection };

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins anew.
  useEffect(() => setSelection(nothing), [listKey]);
  useEffect(() => setSelection((old) => keepThose(old, ids)), [ids]);

  const put = (next: Selection) => {
    // The next key must not meet a cursor that was not drawn yet.
    flushSync(() => setSelection(next));
    if (next.cursor) grid.current?.reveal(next.cursor);
  };
  return {
    selection,
    ids,
    moveTo: (id: string | undefined) => put(moveTo(latest.current.selection, id)),
    move(by: number): string | undefined {
      const id = step(latest.current.ids, latest.current.selection.cursor, by);
      put(moveTo(latest.current.selection, id));
      return id;
    },
    extend(by: number) {
      const { ids, selection } = latest.current;
      const from = selection.cursor === undefined ? ids[0] : selection.cursor;
      const id = selection.cursor === undefined ? ids[0] : step(ids, from, by);
      if (id !== undefined) put(extendTo(selection, ids, id));
    },
    extendTo: (id: string) => put(extendTo(latest.current.selection, latest.current.ids, id)),
    toggle: (id: string) => put(toggle(latest.current.selection, id)),
    selectAll: () => put({ ...latest.current.selection, selected: new Set(latest.current.ids) }),
    clear: () => put({ cursor: latest.current.selection.cursor, selected: new Set() }),
  };
}
