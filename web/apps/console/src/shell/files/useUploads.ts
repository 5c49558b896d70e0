import { type Schema, upload } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { errorText } from "@helpdesk/ui";
import { useRef, useState } from "react";
import { session } from "../../app.ts";

type FileOut = Schema<"FileOut">;

/** A file on its way, or one that did not get there. */
export type Upload = {
  key: number;
  file: File;
  /** From 0 to 1. */
  share: number;
  /** Why it did not arrive. */
  error?: string;
  /** It is of no use to send it again. */
  isHopeless?: boolean;
};

let last = 0;
const mostBytes = 100 * 1024 * 1024;

/** Sends files while somebody goes on writing; `onArrived` is told each one that the server has. */
export function useUploads(onArrived: (file: FileOut) => void | Promise<void>) {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const running = useRef(new Map<number, { stop: AbortController; sent: Promise<boolean> }>());
  const arrived = useRef(onArrived);
  arrived.current = onArrived;
  const change = (key: number, part: Partial<Upload>) =>
    setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const remove = (key: number) => setUploads((all) => all.filter((one) => one.key !== key));

  const send = async ({ key, file }: Upload, { signal }: AbortController): Promise<boolean> => {
    try {
      const sent = await upload(session, file, { onProgress: (share) => change(key, { share }), signal });
      await arrived.current(sent);
      remove(key);
      return true;
    } catch (error) {
      if (!signal.aborted) change(key, { error: errorText(error) });
      return signal.aborted;
    } finally {
      running.current.delete(key);
    }
  };
  const begin = (one: Upload) => {
    const stop = new AbortController();
    running.current.set(one.key, { stop, sent: send(one, stop) });
  };

  return {
    uploads,
    add(files: Iterable<File>) {
      for (const file of files) {
        last += 1;
        const one: Upload = { key: last, file, share: 0 };
        const isHopeless = file.size > mostBytes;
        setUploads((all) => [...all, isHopeless ? { ...one, isHopeless, error: t("files.too-large") } : one]);
        if (!isHopeless) begin(one);
      }
    },
    cancel({ key }: Upload) {
      running.current.get(key)?.stop.abort();
      remove(key);
    },
    /** Ends what is under way: there is nothing any more that it could be attached to. */
    cancelAll() {
      for (const { stop } of running.current.values()) stop.abort();
    },
    retry(one: Upload) {
      change(one.key, { error: undefined, share: 0 });
      begin(one);
    },
    /** Waits for those under way; false when one of them did not arrive. */
    settled: async () => (await Promise.all([...running.current.values()].map(({ sent }) => sent))).every(Boolean),
  };
}
