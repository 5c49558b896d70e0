export type Kind = "reply" | "note";

const listeners = new Set<(kind: Kind) => void>();

/** Lets keys and buttons anywhere on the page begin to write in the composer that is shown. */
export const compose = {
  open(kind: Kind): void {
    for (const listener of listeners) listener(kind);
  },
  listen(listener: (kind: Kind) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
