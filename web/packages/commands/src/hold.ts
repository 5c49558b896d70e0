import { isText } from "./keys.ts";

/** How long a key waits for something that knows it, in milliseconds. */
const longest = 2_000;
/** Frames without anything to come after which nobody will know it. */
const patience = 6;

/** Keys that came before what they are for. Each frame the first is tried again; the next ones follow when it was taken. */
export function holdKeys(run: (event: KeyboardEvent) => boolean, isComing: () => boolean) {
  const held: KeyboardEvent[] = [];
  let frames = 0;
  const next = () => {
    const [event] = held;
    if (!event) return;
    frames = isComing() ? 0 : frames + 1;
    if (isText(document.activeElement)) {
      // The key before has opened a field: the rest was meant for it.
      for (const { key } of held.splice(0)) if (key.length === 1) document.execCommand("insertText", false, key);
    } else if (run(event) || frames > patience || performance.now() - event.timeStamp > longest) held.shift();
    if (held.length > 0) requestAnimationFrame(next);
  };
  return {
    isBusy: () => held.length > 0,
    hold(event: KeyboardEvent) {
      event.preventDefault();
      event.stopPropagation();
      frames = 0;
      if (held.push(event) === 1) requestAnimationFrame(next);
    },
  };
}
