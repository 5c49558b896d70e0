import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { historyQuery, type Message, messagesQuery, pageSize, tailQuery } from "../api.ts";
import { eventsOf, type Row, timeline } from "./timeline.ts";

type Thread = {
  rows: Row[] | undefined;
  error: unknown;
  retry: () => void;
  /** Says which places are in sight, so that what is missing there is fetched. */
  want: (from: number, to: number) => void;
};

/** The conversation of a ticket: the newest messages at once, older ones as they come in sight. */
export function useThread(number: number): Thread {
  const tail = useQuery(tailQuery(number));
  const { data: history } = useQuery(historyQuery(number));
  const [wanted, setWanted] = useState<number[]>([]);
  const older = useQueries({ queries: wanted.map((page) => messagesQuery(number, page)), combine: joined });
  const messages = useMemo(
    () => new Map([...older, ...(tail.data ?? [])].map((message) => [message.seq, message])),
    [tail.data, older],
  );
  const events = useMemo(() => eventsOf(history ?? []), [history]);
  const newest = tail.data?.at(-1)?.seq ?? 0;
  const rows = useMemo(
    () => (tail.data ? timeline(newest, messages, events) : undefined),
    [tail.data, newest, messages, events],
  );
  const first = tail.data?.[0]?.seq ?? 1;
  const want = (from: number, to: number) => {
    const last = Math.min(to, first - 1);
    if (last < from) return;
    const needed: number[] = [];
    for (let page = Math.ceil(from / pageSize); page <= Math.ceil(last / pageSize); page++) {
      if (!wanted.includes(page)) needed.push(page);
    }
    if (needed.length > 0) setWanted([...wanted, ...needed]);
  };
  return { rows, error: tail.error, retry: () => void tail.refetch(), want };
}

const joined = (pages: { data: Message[] | undefined }[]): Message[] => pages.flatMap((page) => page.data ?? []);
