import { isText } from "./keys.ts";

/** How long a key waits for something that knows it, in milliseconds. */
const longest = 2_000;
/** Frames without anything to come after which nobody will know it. */
const patience = 6;

/** Keys that came before what they are for. Each frame the first is tried again; the next ones follow when it was taken. */
export function holdKeys(run: (event: KeyboardEvent) => boolean, isComing: () => boolean, isLeaving: () => boolean) {
  const held: KeyboardEvent[] = [];
  let frames = 0;
  let isTrying = false;
  /** The key before has opened a field: what follows was meant for it, up to the next command. */
  const intoText = () => {
    while (held[0] && !held[0].ctrlKey && !held[0].metaKey) {
      const key = held.shift()?.key ?? "";
      if (key.length === 1) document.execCommand("insertText", false, key);
    }
  };
  const next = () => {
    if (isText(document.activeElement)) intoText();
    const [event] = held;
    frames = isComing() || isLeaving() ? 0 : frames + 1;
    const isLate = event && performance.now() - event.timeStamp > longest;
    if (event && (isLate || frames > patience || (!isLeaving() && run(event)))) held.shift();
    isTrying = held.length > 0;
    if (isTrying) requestAnimationFrame(next);
  };
  return {
    isBusy: () => held.length > 0,
    intoText,
    hold(event: KeyboardEvent) {
      event.preventDefault();
      event.stopPropagation();
      frames = 0;
      held.push(event);
      if (!isTrying) requestAnimationFrame(next);
      isTrying = true;
    },
  };
}
