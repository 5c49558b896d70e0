import { useCallback, useEffect, useRef, useState } from "react";
import { type Draft, emptyDraft, localDrafts } from "./drafts.ts";
import type { Kind } from "./open.ts";

/** How long somebody pauses before what they wrote is saved, in milliseconds. */
const pause = 500;

type Kept = {
  /** Undefined until it is known whether there is one. */
  draft: Draft | undefined;
  savedAt: number | undefined;
  change: (part: Partial<Draft>) => void;
  /** Forgets the draft: it was sent. */
  drop: () => void;
};

/** The draft of a ticket and kind, saved while it is written. Saves go one after the other. */
export function useDraft(ticket: string, kind: Kind): Kept {
  const [draft, setDraft] = useState<Draft>();
  const [savedAt, setSavedAt] = useState<number>();
  const unsaved = useRef<Draft>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const line = useRef<Promise<unknown>>(Promise.resolve());

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const next = unsaved.current;
    if (!next) return;
    unsaved.current = undefined;
    line.current = line.current.then(() => localDrafts.write(ticket, kind, next)).then(() => setSavedAt(Date.now()));
  }, [ticket, kind]);

  useEffect(() => {
    let isGone = false;
    setDraft(undefined);
    setSavedAt(undefined);
    void line.current
      .then(() => localDrafts.read(ticket, kind))
      .then((kept) => {
        if (isGone) return;
        setDraft(kept?.draft ?? emptyDraft);
        setSavedAt(kept?.at);
      });
    const hide = () => document.visibilityState === "hidden" && flush();
    document.addEventListener("visibilitychange", hide);
    return () => {
      isGone = true;
      document.removeEventListener("visibilitychange", hide);
      flush();
    };
  }, [ticket, kind, flush]);

  const change = useCallback(
    (part: Partial<Draft>) => {
      setDraft((old) => {
        const next = { ...(old ?? emptyDraft), ...part };
        unsaved.current = next;
        return next;
      });
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, pause);
    },
    [flush],
  );
  const drop = useCallback(() => {
    setDraft(emptyDraft);
    unsaved.current = emptyDraft;
    flush();
    setSavedAt(undefined);
  }, [flush]);
  return { draft, savedAt, change, drop };
}
