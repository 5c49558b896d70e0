/** A text in pieces: those that are addresses of pages can be followed. */
export function withLinks(text: string): { text: string; href?: string }[] {
  const pieces: { text: string; href?: string }[] = [];
  let at = 0;
  for (const hit of text.matchAll(/https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g)) {
    if (hit.index > at) pieces.push({ text: text.slice(at, hit.index) });
    pieces.push({ text: hit[0], href: hit[0] });
    at = hit.index + hit[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}
