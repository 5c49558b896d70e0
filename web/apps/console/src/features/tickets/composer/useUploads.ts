import { upload } from "@helpdesk/api";
import { errorText } from "@helpdesk/ui";
import { useRef, useState } from "react";
import { session } from "../../../app.ts";
import type { FileOut } from "../api.ts";

/** A file on its way, or one that did not get there. */
export type Upload = {
  key: number;
  name: string;
  size: number;
  share: number;
  error?: string;
  file: File;
  stop: AbortController;
};

let last = 0;
const mostBytes = 100 * 1024 * 1024;

/**
 * Sends files while somebody goes on writing. `onDone` is told each file that arrived; `settled` waits for those under
 * way and says whether all arrived.
 */
export function useUploads(onDone: (file: FileOut) => void, tooLarge: string) {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const running = useRef(new Map<number, Promise<boolean>>());
  const done = useRef(onDone);
  done.current = onDone;
  const change = (key: number, part: Partial<Upload>) =>
    setUploads((list) => list.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const drop = (key: number) => setUploads((list) => list.filter((one) => one.key !== key));

  const send = (one: Upload) => {
    const onProgress = (share: number) => change(one.key, { share });
    const sent = upload(session, one.file, { onProgress, signal: one.stop.signal }).then(
      (file) => {
        done.current(file);
        drop(one.key);
        return true;
      },
      (error) => {
        if (error instanceof DOMException) drop(one.key);
        else change(one.key, { error: errorText(error) });
        return error instanceof DOMException;
      },
    );
    running.current.set(one.key, sent);
    void sent.finally(() => running.current.delete(one.key));
  };

  return {
    uploads,
    add(files: File[]) {
      const fresh = files.map((file): Upload => {
        last += 1;
        const error = file.size > mostBytes ? tooLarge : undefined;
        return {
          key: last,
          name: file.name,
          size: file.size,
          share: 0,
          file,
          stop: new AbortController(),
          ...(error ? { error } : {}),
        };
      });
      setUploads((list) => [...list, ...fresh]);
      for (const one of fresh) if (!one.error) send(one);
    },
    cancel(one: Upload) {
      one.stop.abort();
      drop(one.key);
    },
    retry(one: Upload) {
      const again = { ...one, share: 0, stop: new AbortController(), error: undefined };
      setUploads((list) => list.map((other) => (other.key === one.key ? (again as Upload) : other)));
      send(again as Upload);
    },
    settled: async () => (await Promise.all(running.current.values())).every(Boolean),
  };
}
