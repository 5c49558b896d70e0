/** How much of a text is shown around what was found, in characters. */
const around = 90;

export type Piece = { text: string; isHit: boolean };

const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The beginnings of words that are searched for. */
const pattern = (find: string) => {
  const words = find.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 1);
  return words.length === 0 ? undefined : new RegExp(`(?<![\\p{L}\\p{N}])(${words.map(escaped).join("|")})`, "giu");
};

/** The part of a text where the words stand, cut into what was found and what stands between; nothing if they are elsewhere. */
export function snippet(text: string, find: string): Piece[] {
  const hits = pattern(find);
  const first = hits ? text.search(hits) : -1;
  if (!hits || first < 0) return [];
  const from = Math.max(0, first - around / 3);
  const until = first + around * 2;
  const part = `${from > 0 ? "…" : ""}${text.slice(from, until)}${until < text.length ? "…" : ""}`.replace(/\s+/g, " ");
  return part
    .split(hits)
    .map((piece, place) => ({ text: piece, isHit: place % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
