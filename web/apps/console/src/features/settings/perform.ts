import { errorText, toast } from "@helpdesk/ui";
import { queries } from "../../app.ts";

type Options = {
  /** First words of the query keys that the write makes old. */
  refresh?: string[];
  /** What to say when it is done. */
  done?: string;
  /** The way back, offered with what is said. */
  undo?: () => unknown;
};

/** Asks again for everything whose key begins with one of these words. */
export const refreshAll = (words: string[]) =>
  Promise.all(words.map((word) => queries.invalidateQueries({ queryKey: [word] })));

/** Does a write at once and says so, or says in one sentence why it failed; true when it is done. */
export async function perform(write: () => Promise<unknown>, { refresh = [], done, undo }: Options): Promise<boolean> {
  try {
    await write();
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
    await refreshAll(refresh);
    return false;
  }
  await refreshAll(refresh);
  if (done) toast(done, { undo: undo && (() => void undo()) });
  return true;
}
