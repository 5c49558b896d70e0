/** One key with its modifiers. `key` is a letter in lower case, a sign as it is typed, or a name as in `event.key`. */
export type Stroke = { key: string; mod: boolean; shift: boolean };

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Reads "Mod+Shift+K", "G I" (one after the other), "/", "Shift+E". Alt never takes part: it types letters. */
export function parse(keys: string): Stroke[] {
  let strokes = parsed.get(keys);
  if (!strokes) {
    strokes = read(keys);
    parsed.set(keys, strokes);
  }
  return strokes;
}

const parsed = new Map<string, Stroke[]>();

function read(keys: string): Stroke[] {
  return keys.split(" ").map((part) => {
    const pieces = part.split("+");
    const key = pieces.at(-1) ?? "";
    return {
      key: key.length === 1 ? key.toLowerCase() : key,
      mod: pieces.includes("Mod"),
      shift: pieces.includes("Shift"),
    };
  });
}

/** Whether the event is that stroke. Letters are compared by what they type, and by their place where the layout types other scripts. */
export function matches(event: KeyboardEvent, stroke: Stroke): boolean {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  if (mod !== stroke.mod || other || event.altKey) return false;
  const isSign = stroke.key.length === 1 && !/[a-z0-9]/.test(stroke.key);
  // A sign may need Shift on one layout and not on another, and so may not say it.
  if (isSign) return event.key === stroke.key;
  return event.shiftKey === stroke.shift && typed(event) === stroke.key;
}

function typed(event: KeyboardEvent): string {
  if (event.key.length > 1) return event.key;
  const key = event.key.toLowerCase();
  if (/^[a-z0-9]$/.test(key)) return key;
  const place = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(event.code);
  return (place?.[1] ?? place?.[2] ?? key).toLowerCase();
}

const signs: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", Enter: "Enter" };

/** How the keys are written on this machine: one list of caps for each stroke. */
export function keyLabels(keys: string): string[][] {
  return parse(keys).map((stroke) => [
    ...(stroke.mod ? [isMac ? "⌘" : "Ctrl"] : []),
    ...(stroke.shift ? [isMac ? "⇧" : "Shift"] : []),
    signs[stroke.key] ?? stroke.key.toUpperCase(),
  ]);
}

/** Whether what is typed there becomes text. */
export function isText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !/^(checkbox|radio|button|submit|range|color|file)$/.test(target.type);
}
