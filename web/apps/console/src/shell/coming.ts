import { queries } from "../app.ts";

/** How long what has arrived may take to be drawn, in milliseconds. */
const drawing = 100;
let arriving = 0;

/** Counts something that a page is made of while it is on its way. */
export function arrives<Value>(promise: Promise<Value>): Promise<Value> {
  arriving += 1;
  const done = () => setTimeout(() => (arriving -= 1), drawing);
  promise.then(done, done);
  return promise;
}

/** Whether something of the page is still to come: its code, or what it shows first. */
export const isComing = (): boolean =>
  arriving > 0 || queries.isFetching({ predicate: (query) => query.state.status === "pending" }) > 0;
