import { useEffect } from "react";
import { queries, realtime } from "../app.ts";

/** Follows what concerns the person and the counts; pages follow their own tickets and lists. */
export function useHints() {
  useEffect(() => {
    const leave = realtime.subscribe(["me"]);
    const unlisten = realtime.listen((hint) => {
      if (hint.event === "resync") void queries.invalidateQueries();
      else if (hint.event === "counts") void queries.invalidateQueries({ queryKey: ["counts"] });
      else if (hint.event === "notification") void queries.invalidateQueries({ queryKey: ["notifications"] });
    });
    return () => {
      leave();
      unlisten();
    };
  }, []);
}
