import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { FileOut } from "../api.ts";
import { type Draft, DraftKeeper, emptyDraft, type Outcome } from "./drafts.ts";
import type { Kind } from "./open.ts";

/** How long somebody pauses before what they wrote is saved, in milliseconds. */
const pause = 500;

export type KeptDraft = {
  /** Undefined until it is known whether there is one. */
  draft: Draft | undefined;
  /** How the last save ended. */
  outcome: Outcome | undefined;
  /** The draft as it is now, which may be newer than what was drawn. */
  read: () => Draft | undefined;
  change: (part: Partial<Draft>) => void;
  /** Adds a file that arrived; before the draft is known, as soon as it is. */
  attach: (file: FileOut) => Promise<void>;
  detach: (id: string) => void;
  /** Ends saving, so that nothing of it comes after the message itself. */
  pause: () => Promise<void>;
  /** Forgets the draft: it was sent. */
  drop: () => void;
  /** Shows another one instead; saved unless that is what the server has. */
  replace: (draft: Draft, isSaved: boolean) => void;
};

/** The draft of a ticket and kind, saved while it is written. */
export function useDraft(ticket: string, kind: Kind): KeptDraft {
  const keeper = useMemo(() => new DraftKeeper(ticket, kind), [ticket, kind]);
  const [draft, setDraft] = useState<Draft>();
  const [outcome, setOutcome] = useState<Outcome>();
  const current = useRef<Draft>(undefined);
  const isUnsaved = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const loaded = useRef<Promise<void>>(undefined);

  const show = useCallback((next: Draft) => {
    current.current = next;
    setDraft(next);
  }, []);
  const flush = useCallback(() => {
    clearTimeout(timer.current);
    if (!isUnsaved.current || !current.current) return;
    isUnsaved.current = false;
    void keeper.save(current.current).then(setOutcome);
  }, [keeper]);
  const later = useCallback(() => {
    isUnsaved.current = true;
    clearTimeout(timer.current);
    timer.current = setTimeout(flush, pause);
  }, [flush]);

  useEffect(() => {
    loaded.current = keeper.load().then(
      ({ draft: kept, at }) => {
        // What was taken back meanwhile is the newer one.
        if (current.current) return;
        show(kept);
        if (at) setOutcome({ state: "saved", at });
      },
      // Without the server one can write all the same.
      () => {
        if (!current.current) show(emptyDraft);
      },
    );
    const onHide = () => document.visibilityState === "hidden" && flush();
    const onOnline = () => {
      isUnsaved.current = current.current !== undefined && current.current !== emptyDraft;
      flush();
    };
    document.addEventListener("visibilitychange", onHide);
    addEventListener("online", onOnline);
    return () => {
      document.removeEventListener("visibilitychange", onHide);
      removeEventListener("online", onOnline);
      flush();
    };
  }, [keeper, show, flush]);

  const change = useCallback(
    (part: Partial<Draft>) => {
      show({ ...(current.current ?? emptyDraft), ...part });
      later();
    },
    [show, later],
  );
  const read = useCallback(() => current.current, []);
  const attach = useCallback(
    async (file: FileOut) => {
      await loaded.current;
      change({ files: [...(current.current?.files ?? []), file] });
    },
    [change],
  );
  const detach = useCallback(
    (id: string) => change({ files: current.current?.files.filter((file) => file.id !== id) ?? [] }),
    [change],
  );
  const replace = useCallback(
    (next: Draft, isSaved: boolean) => {
      show(next);
      setOutcome(undefined);
      if (isSaved) void keeper.forget();
      else later();
    },
    [keeper, show, later],
  );
  const stop = useCallback(() => {
    clearTimeout(timer.current);
    isUnsaved.current = false;
    return keeper.settle();
  }, [keeper]);
  const drop = useCallback(() => {
    show(emptyDraft);
    setOutcome(undefined);
    void keeper.forget();
  }, [keeper, show]);
  return { draft, outcome, read, change, attach, detach, pause: stop, drop, replace };
}
