import { useSyncExternalStore } from "react";

const query = typeof matchMedia === "undefined" ? undefined : matchMedia("(min-width: 860px)");

function subscribe(listener: () => void) {
  query?.addEventListener("change", listener);
  return () => query?.removeEventListener("change", listener);
}

/** Whether there is room for a ticket beside the list. */
export const useWide = (): boolean => useSyncExternalStore(subscribe, () => query?.matches ?? true);
