import { t } from "@helpdesk/i18n";
import { useEffect, useSyncExternalStore } from "react";
import { Button, IconButton } from "./Button.tsx";
import { Kbd } from "./Kbd.tsx";

type Toast = { id: number; text: string; kind: "done" | "failed"; undo?: () => void; stays?: number };

/** How long Undo is offered, in milliseconds. */
const shown = 8_000;
let last = 0;
let toasts: Toast[] = [];
const listeners = new Set<() => void>();

function set(next: Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says that something was done, with the way back; or that something done at once failed after all. */
export function toast(text: string, options: Partial<Pick<Toast, "undo" | "kind" | "stays">> = {}): void {
  last += 1;
  set([...toasts.slice(-2), { id: last, text, kind: "done", ...options }]);
}

const drop = (id: number) => set(toasts.filter((one) => one.id !== id));

/** Takes back the last thing that can be; false when there is none. */
export function undoLast(): boolean {
  const one = toasts.findLast((candidate) => candidate.undo);
  if (!one) return false;
  drop(one.id);
  one.undo?.();
  return true;
}

/** Where toasts appear; once, in the shell. */
export function Toasts() {
  const list = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div role="status" className="pointer-events-none fixed inset-x-4 bottom-4 z-40 grid justify-items-start gap-2">
      {list.map((one) => (
        <ToastLine key={one.id} toast={one} />
      ))}
    </div>
  );
}

function ToastLine({ toast: one }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => drop(one.id), one.stays ?? shown);
    return () => clearTimeout(timer);
  }, [one]);
  return (
    <div className="float pointer-events-auto flex max-w-full items-center gap-3 py-1.5 ps-3 pe-1.5">
      <span className={one.kind === "failed" ? "text-late" : ""}>{one.text}</span>
      {one.undo ? (
        <Button
          look="quiet"
          onPress={() => {
            drop(one.id);
            one.undo?.();
          }}
        >
          {t("ui.undo")}
          <Kbd keys="Z" />
        </Button>
      ) : null}
      <IconButton icon="close" label={t("ui.close")} onPress={() => drop(one.id)} />
    </div>
  );
}
