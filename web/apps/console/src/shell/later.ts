import { type ComponentType, lazy } from "react";
import { isComing } from "./coming.ts";

let begin: () => void = () => undefined;
const begun = new Promise<void>((done) => {
  begin = done;
});
// Pages that do not say so are there when nothing of them is on its way any more.
const timer = setInterval(() => {
  if (isComing()) return;
  clearInterval(timer);
  begin();
}, 1_500);

/** Time for what is there to be drawn before anything else is fetched, in milliseconds. */
const drawing = 300;

/** The page shows what people came for; what is not needed for that may be fetched now. */
export const pageIsThere = (): void => void setTimeout(begin, drawing);

/** A component that is fetched once the page is there, so that it does not delay the first row. */
export const later = <Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) =>
  lazy(() => begun.then(load));

/** A component for what somebody may do next: fetched once the page is there, so that it opens at once. */
export function soon<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  fetchSoon(load);
  return lazy(load);
}

/** Fetches code for what somebody may do next, once the page is there. */
export const fetchSoon = (load: () => Promise<unknown> | undefined): void =>
  void begun.then(load).catch(() => undefined);
