import { useEffect, useRef, useState } from "react";

/** How long somebody must pause before a search begins, in milliseconds. */
const pause = 200;

/**
 * What stands in a search field, and what the address says of it. The address follows after a pause; when it changes by
 * itself (back, a link), the field follows.
 */
export function useTyped(said: string, say: (text: string) => void): [string, (text: string) => void] {
  const [typed, setTyped] = useState(said);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const lastSaid = useRef(said);
  const latest = useRef(say);
  useEffect(() => {
    latest.current = say;
  });
  useEffect(() => {
    if (said === lastSaid.current) return;
    lastSaid.current = said;
    setTyped(said);
  }, [said]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      lastSaid.current = text.trim();
      latest.current(text.trim());
    }, pause);
  };
  return [typed, change];
}
