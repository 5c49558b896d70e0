import { useCallback, useEffect, useRef } from "react";
import { realtime } from "../../../app.ts";

/** How often others are told again that somebody types, and how long a pause may be, in milliseconds. */
const again = 3_000;
const pause = 5_000;

/** Tells the others on the ticket that one types, and that one stopped. */
export function useTyping(ticket: string): (isTyping: boolean) => void {
  const told = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tell = useCallback(
    (isTyping: boolean) => {
      clearTimeout(timer.current);
      if (!isTyping) {
        if (told.current > 0) realtime.typing(ticket, false);
        told.current = 0;
        return;
      }
      if (Date.now() - told.current > again) {
        told.current = Date.now();
        realtime.typing(ticket, true);
      }
      timer.current = setTimeout(() => tell(false), pause);
    },
    [ticket],
  );
  useEffect(() => () => tell(false), [tell]);
  return tell;
}
