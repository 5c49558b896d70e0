import { holdKeys } from "./hold.ts";
import { keymap } from "./keymap.ts";
import { isText, matches, parse, type Stroke } from "./keys.ts";
import { type Command, commands, keysOf } from "./registry.ts";

/** How long the second key of a sequence may take, in milliseconds. */
const pause = 1200;
const floating = '[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"]';

/** Keys with a meaning of their own on buttons, links and whatever scrolls: they are ours on a grid only, or on nothing. */
const isOwn = (key: string) => key === "Enter" || key.startsWith("Arrow");
const isQuiet = (target: EventTarget | null) =>
  target === document.body || (target instanceof Element && target.closest('[role="grid"]') !== null);

const isFloating = () => document.querySelector(floating) !== null;

/** What decides, for every command alike, whether it may run now. */
type Moment = { withMod: boolean; inText: boolean; inDialog: boolean; isTaken: boolean };

function momentOf(event: KeyboardEvent): Moment {
  const withMod = event.ctrlKey || event.metaKey;
  return {
    withMod,
    inText: isText(event.target),
    inDialog: isFloating(),
    isTaken: !withMod && isOwn(event.key) && !isQuiet(event.target),
  };
}

/** What somebody types blindly: letters, signs, Enter and arrows. A space scrolls, unless it stands in a text. */
const isHoldable = ({ key, altKey, ctrlKey, metaKey }: KeyboardEvent, inText: boolean) => {
  if (altKey) return false;
  if (ctrlKey || metaKey) return inText && key === "Enter";
  return key === " " ? inText : key.length === 1 || isOwn(key);
};

/** What of the page is on its way. */
type Coming = {
  /** Something that may bring commands: its code, or what it shows first. */
  isComing: () => boolean;
  /** Another page, so that those commands that are still there mean nothing any more. */
  isLeaving: () => boolean;
};

/**
 * Runs commands by their keys until the returned function is called. While something of the page is still to come, keys
 * that nothing knows yet wait for it, in their order: nobody has to watch a page load before working in it.
 */
export function listenForKeys(target: Window, { isComing, isLeaving }: Coming): () => void {
  let begun: { stroke: Stroke; at: number } | undefined;
  const run = (event: KeyboardEvent): boolean => {
    const before = begun && event.timeStamp - begun.at < pause ? begun.stroke : undefined;
    begun = undefined;
    const moment = momentOf(event);
    for (const command of commands.all()) {
      const isHere = keysOf(command).some((keys) => isHit(parse(keys), before, event));
      if (!isHere || !isAllowed(command, moment)) continue;
      event.preventDefault();
      event.stopPropagation();
      command.run();
      return true;
    }
    for (const command of commands.all()) {
      const first = keysOf(command)
        .map(parse)
        .find((strokes) => strokes.length > 1 && matches(event, strokes[0]!));
      if (!first || !isAllowed(command, moment)) continue;
      begun = { stroke: first[0]!, at: event.timeStamp };
      return true;
    }
    return false;
  };
  const waiting = holdKeys(run, isComing, isLeaving);
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing || event.defaultPrevented || /^(Shift|Control|Meta|Alt)$/.test(event.key)) return;
    if (isText(event.target)) waiting.intoText();
    const isHeld = isHoldable(event, waiting.isBusy()) && isQuiet(event.target);
    if (isHeld && (waiting.isBusy() || isLeaving())) return waiting.hold(event);
    if (!run(event) && isHeld && isComing()) waiting.hold(event);
  };
  // Before the components: a focused list would take letters and arrows for itself.
  target.addEventListener("keydown", onKey, true);
  return () => target.removeEventListener("keydown", onKey, true);
}

function isAllowed(command: Command, { withMod, inText, inDialog, isTaken }: Moment): boolean {
  if (!withMod && (inText || isTaken || !keymap.get().single)) return false;
  if (withMod && inText && !command.inText) return false;
  if (inDialog && !command.inDialog) return false;
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
