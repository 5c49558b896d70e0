/** What the palette looks for: everything, commands only (">"), a ticket by number ("#"), or people ("@"). */
export type Mode = "all" | "commands" | "ticket" | "people";

const prefixes: Record<string, Mode> = { ">": "commands", "#": "ticket", "@": "people" };

/** The mode by the first sign, and what was typed after it. */
export function modeOf(typed: string): { mode: Mode; text: string } {
  const text = typed.trimStart();
  const mode = prefixes[text.charAt(0)];
  return mode ? { mode, text: text.slice(1).trim() } : { mode: "all", text: text.trim() };
}

/** The number that was typed, as after "#" or all alone. */
export const numberIn = (text: string): number | undefined => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined);
