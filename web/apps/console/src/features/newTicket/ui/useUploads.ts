import { upload } from "@helpdesk/api";
import { errorText } from "@helpdesk/ui";
import { useEffect, useRef, useState } from "react";
import { session } from "../../../app.ts";

export type Attached = { id: string; name: string; size: number };
export type Upload = {
  key: number;
  file: File;
  /** From 0 to 1. */
  share: number;
  /** Why it failed. */
  error?: string;
};

/** Files on their way to the server; those that arrive are handed over. */
export function useUploads(onArrived: (file: Attached) => void) {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const stops = useRef(new Map<number, AbortController>());
  const next = useRef(0);
  const arrived = useRef(onArrived);
  useEffect(() => {
    arrived.current = onArrived;
  });
  useEffect(() => {
    const all = stops.current;
    return () => {
      for (const stop of all.values()) stop.abort();
    };
  }, []);
  const change = (key: number, part: Partial<Upload>) =>
    setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const drop = (key: number) => {
    stops.current.get(key)?.abort();
    stops.current.delete(key);
    setUploads((all) => all.filter((one) => one.key !== key));
  };
  const send = async (key: number, file: File) => {
    const stop = new AbortController();
    stops.current.set(key, stop);
    try {
      const { id, name, size } = await upload(session, file, {
        onProgress: (share) => change(key, { share }),
        signal: stop.signal,
      });
      drop(key);
      arrived.current({ id, name, size });
    } catch (error) {
      if (!stop.signal.aborted) change(key, { error: errorText(error) });
    }
  };
  const add = (files: Iterable<File>) => {
    for (const file of files) {
      const key = next.current++;
      setUploads((all) => [...all, { key, file, share: 0 }]);
      void send(key, file);
    }
  };
  const retry = ({ key, file }: Upload) => {
    change(key, { error: undefined, share: 0 });
    void send(key, file);
  };
  return { uploads, add, drop, retry };
}
