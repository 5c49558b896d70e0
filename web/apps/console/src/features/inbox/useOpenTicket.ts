import { useDeferredValue, useEffect, useRef } from "react";
import { prefetchTicket } from "../tickets/index.ts";
import type { Row } from "./model.ts";

/** How long the cursor must rest before the address follows and the rows beside are fetched, in milliseconds. */
const rest = 200;

type Given = {
  rows: Row[];
  /** The row with the cursor. */
  current: Row | undefined;
  /** The ticket that the address names. */
  named: number | undefined;
  moveTo: (id: string | undefined) => void;
  onName: (number: number) => void;
};

/**
 * Which ticket stands beside the list. The cursor leads: it moves at once, the ticket is drawn right after it, and the
 * address follows when it rests. An address that names another ticket, by a link or by going back, moves the cursor.
 */
export function useOpenTicket({ rows, current, named, moveTo, onName }: Given): number | undefined {
  const told = useRef<number>(undefined);
  const latest = useRef({ rows, moveTo, onName });
  latest.current = { rows, moveTo, onName };
  const isLoaded = rows.length > 0;
  useEffect(() => {
    if (!isLoaded || named === told.current) return;
    told.current = named;
    latest.current.moveTo(latest.current.rows.find((row) => row.number === named)?.id);
  }, [named, isLoaded]);
  const number = current?.number;
  useEffect(() => {
    if (number === undefined) return;
    const timer = setTimeout(() => {
      const { rows, onName } = latest.current;
      if (told.current !== number) {
        told.current = number;
        onName(number);
      }
      const place = rows.findIndex((row) => row.number === number);
      for (const near of [rows[place + 1], rows[place + 2], rows[place - 1]]) if (near) prefetchTicket(near.number);
    }, rest);
    return () => clearTimeout(timer);
  }, [number]);
  return useDeferredValue(number ?? named);
}
