/** What somebody changed: other keys by command, and whether single keys do anything. */
export type Keymap = { single: boolean; keys: Record<string, string[]> };

const name = "keymap";
const listeners = new Set<() => void>();
let current = read();

function read(): Keymap {
  try {
    const stored: Partial<Keymap> = JSON.parse(localStorage.getItem(name) ?? "{}");
    return { single: stored.single ?? true, keys: stored.keys ?? {} };
  } catch {
    return { single: true, keys: {} };
  }
}

/** The person's own keys, kept on this browser. */
export const keymap = {
  get: () => current,
  set(next: Keymap) {
    current = next;
    localStorage.setItem(name, JSON.stringify(next));
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
