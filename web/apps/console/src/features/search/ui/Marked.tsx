import { snippet } from "../snippet.ts";

/** The part of a text where the words were found, with them marked. */
export function Marked({ text, find }: { text: string; find: string }) {
  const pieces = snippet(text, find);
  if (pieces.length === 0) return null;
  return (
    <bdi className="text-12">
      {pieces.map((piece, place) =>
        piece.isHit ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text in their order.
          <mark key={place} className="rounded-row bg-petrol-soft text-inherit">
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}
