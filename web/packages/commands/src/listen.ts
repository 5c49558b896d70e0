import { keymap } from "./keymap.ts";
import { matches, parse, type Stroke } from "./keys.ts";
import { type Command, commands, keysOf } from "./registry.ts";

/** How long the second key of a sequence may take, in milliseconds. */
const pause = 1200;
const floating = '[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"]';

function isText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !/^(checkbox|radio|button|submit|range|color|file)$/.test(target.type);
}

/** Keys with a meaning of their own on buttons, links and whatever scrolls: they are ours on a grid only, or on nothing. */
const isOwn = (key: string) => key === "Enter" || key.startsWith("Arrow");
const isQuiet = (target: EventTarget | null) =>
  target === document.body || (target instanceof Element && target.closest('[role="grid"]') !== null);

const isFloating = () => document.querySelector(floating) !== null;

/** Runs commands by their keys until the returned function is called. */
export function listenForKeys(target: Window): () => void {
  let begun: { stroke: Stroke; at: number } | undefined;
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing || event.defaultPrevented || /^(Shift|Control|Meta|Alt)$/.test(event.key)) return;
    const before = begun && event.timeStamp - begun.at < pause ? begun.stroke : undefined;
    begun = undefined;
    const allowed = commands.all().filter((command) => isAllowed(command, event));
    const found = allowed.find((command) => keysOf(command).some((keys) => isHit(parse(keys), before, event)));
    if (found) {
      event.preventDefault();
      event.stopPropagation();
      found.run();
      return;
    }
    const first = allowed.flatMap((command) => keysOf(command).map((keys) => parse(keys)));
    const stroke = first.find((strokes) => strokes.length > 1 && matches(event, strokes[0]!))?.[0];
    if (stroke) begun = { stroke, at: event.timeStamp };
  };
  // Before the components: a focused list would take letters and arrows for itself.
  target.addEventListener("keydown", onKey, true);
  return () => target.removeEventListener("keydown", onKey, true);
}

function isAllowed(command: Command, event: KeyboardEvent): boolean {
  const withMod = event.ctrlKey || event.metaKey;
  if (!withMod && (isText(event.target) || !keymap.get().single)) return false;
  if (withMod && isText(event.target) && !command.inText) return false;
  if (!withMod && isOwn(event.key) && !isQuiet(event.target)) return false;
  if (!command.inDialog && isFloating()) return false;
  return command.isEnabled?.() !== false;
}

function isHit(strokes: Stroke[], before: Stroke | undefined, event: KeyboardEvent): boolean {
  const last = strokes.at(-1);
  if (!last || !matches(event, last)) return false;
  if (strokes.length === 1) return before === undefined;
  return before !== undefined && sameStroke(strokes[0]!, before);
}

const sameStroke = (one: Stroke, other: Stroke) =>
  one.key === other.key && one.mod === other.mod && one.shift === other.shift;
