/** How well a text fits what was typed: 0 not at all; better for beginnings of words and for letters in a row. */
export function rank(text: string, typed: string): number {
  const [hay, needle] = [text.toLowerCase(), typed.trim().toLowerCase()];
  if (needle === "") return 1;
  const whole = hay.indexOf(needle);
  if (whole === 0) return 100;
  if (whole > 0) return /\s/.test(hay[whole - 1] ?? "") ? 90 : 60;
  let [at, score, last] = [0, 0, -2];
  for (const letter of needle) {
    if (letter === " ") continue;
    const place = hay.indexOf(letter, at);
    if (place < 0) return 0;
    score += place === last + 1 ? 3 : place === 0 || hay[place - 1] === " " ? 2 : 0.2;
    last = place;
    at = place + 1;
  }
  return Math.min(50, (score / needle.length) * 12);
}

const name = "commands-used";

/** How often each command was run from the palette, on this browser. */
export function uses(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "{}");
  } catch {
    return {};
  }
}

export function noteUse(id: string): void {
  const all = uses();
  localStorage.setItem(name, JSON.stringify({ ...all, [id]: (all[id] ?? 0) + 1 }));
}
