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

/** The page shows what people came for; what is not needed for that may be fetched now. */
export const pageIsThere = (): void => begin();

/** A component that is fetched once the page is there, so that it does not delay the first row. */
export const later = <Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) =>
  lazy(() => begun.then(load));

/** A component for what somebody may do next: fetched once the page is there, so that it opens at once. */
export function soon<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  void begun.then(load).catch(() => undefined);
  return lazy(load);
}
