import { errorText, toast } from "@helpdesk/ui";
import { takeBack } from "../api.ts";
import { type Draft, draftOf } from "./drafts.ts";

export type Kind = "reply" | "note";

type Listener = (kind: Kind, restored?: Draft) => void;
const listeners = new Set<Listener>();

/** Lets keys and buttons anywhere on the page begin to write in the composer that is shown. */
export const compose = {
  open(kind: Kind, restored?: Draft): void {
    for (const listener of listeners) listener(kind, restored);
  },
  listen(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Takes back a message that has not left yet, and goes on writing it. */
export async function undoSend(number: number, message: string): Promise<void> {
  try {
    const draft = await takeBack(number, message);
    compose.open(draft.kind === "note" ? "note" : "reply", draftOf(draft));
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
  }
}
