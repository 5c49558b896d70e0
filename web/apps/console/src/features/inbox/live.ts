import { useCallback, useEffect, useRef, useState } from "react";
import { realtime } from "../../app.ts";
import { fetchRows, firstPage, insertIntoList, patchLists, reloadList, removeFromList } from "./api.ts";
import { listTopic } from "./lists.ts";
import type { Row } from "./model.ts";
import type { InboxSearch } from "./search.ts";

/** How long hints are gathered before one call asks for all of them, in milliseconds. */
const gather = 250;
/** After so long what could not be asked is asked again, in milliseconds. */
const again = 3_000;

type Live = {
  /** Rows that came while somebody reads; they wait until they are asked for. */
  fresh: Row[];
  /** Rows that no longer stand in the list; they stay, struck, until the cursor moves on. */
  gone: ReadonlySet<string>;
  showFresh: () => void;
  dropGone: () => void;
  /** Asks for these rows now: after an own change, for example. */
  refresh: (ids: string[]) => void;
};

/** Keeps a list as it is on the server, without moving what somebody looks at. */
export function useLiveList(search: InboxSearch, rows: Row[] | undefined, isAtTop: () => boolean): Live {
  const [fresh, setFresh] = useState<Row[]>([]);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const latest = useRef({ search, rows, isAtTop });
  latest.current = { search, rows, isAtTop };
  const key = JSON.stringify(search, (name, value) => (name === "ticket" || name === "mode" ? undefined : value));

  const take = useCallback(async (ids: string[], isOwn = false) => {
    const { search, rows, isAtTop } = latest.current;
    const known = new Set(rows?.map((row) => row.id));
    const found = await fetchRows(search, ids).catch(() => undefined);
    if (!found) return false;
    if (latest.current.search.list !== search.list) return true;
    const inside = new Set(found.map((row) => row.id));
    patchLists(found);
    const left = ids.filter((id) => known.has(id) && !inside.has(id));
    const stayed = ids.filter((id) => inside.has(id));
    setGone((old) => new Set([...[...old].filter((id) => !stayed.includes(id)), ...left]));
    const added = found.filter((row) => !known.has(row.id));
    if (added.length === 0) return true;
    // What somebody put back is expected where it was.
    if (isOwn || isAtTop()) insertIntoList(search, added);
    else setFresh((old) => [...old.filter((row) => !inside.has(row.id)), ...added]);
    return true;
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what the list shows.
  useEffect(() => {
    setFresh([]);
    setGone(new Set());
    const waiting = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isShown = true;
    const flush = async () => {
      timer = undefined;
      const ids = [...waiting];
      waiting.clear();
      if (!(await take(ids)) && isShown) ask(ids, again);
    };
    const ask = (ids: string[], wait = gather) => {
      for (const id of ids) waiting.add(id);
      timer ??= setTimeout(flush, wait);
    };
    const reload = () => reloadList(latest.current.search).catch(() => undefined);
    // Something changed, nobody says what: the rows that were read first, and those that stand there now.
    const sweep = async () => {
      const { search, rows = [] } = latest.current;
      const first = await firstPage(search).catch(() => undefined);
      ask([...(first?.results ?? []), ...rows.slice(0, 100)].map((row) => row.id));
    };
    const unsubscribe = realtime.subscribe([listTopic(search)]);
    const unlisten = realtime.listen((hint) => {
      if (hint.event === "resync") return void reload();
      if (hint.event !== "ticket-updated" && hint.event !== "new-message" && hint.event !== "counts") return;
      if (hint.id !== null) ask([hint.id]);
      else if (hint.topic.startsWith("view:")) void sweep();
    });
    return () => {
      isShown = false;
      clearTimeout(timer);
      unsubscribe();
      unlisten();
    };
  }, [key, take]);

  return {
    fresh,
    gone,
    showFresh: () => {
      insertIntoList(search, fresh);
      setFresh([]);
    },
    dropGone: () => {
      if (gone.size === 0) return;
      removeFromList(search, new Set(gone));
      setGone(new Set());
    },
    refresh: (ids) => void take(ids, true),
  };
}
