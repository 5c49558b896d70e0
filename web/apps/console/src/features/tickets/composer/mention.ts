import type { Editor } from "@tiptap/core";

/** A name that is being typed after "@": its text, its place in the document and on the screen. */
export type Query = { text: string; from: number; to: number; left: number; top: number };

const typed = /(?:^|[\s(])@([\p{L}\p{N}.'-]*(?: [\p{L}\p{N}.'-]*)?)$/u;

export function mentionAt(editor: Editor): Query | undefined {
  const { $from, empty, from } = editor.state.selection;
  if (!empty) return undefined;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\uFFFC");
  const text = typed.exec(before)?.[1];
  if (text === undefined) return undefined;
  const start = from - text.length - 1;
  const { left, top } = editor.view.coordsAtPos(start);
  return { text, from: start, to: from, left, top };
}
