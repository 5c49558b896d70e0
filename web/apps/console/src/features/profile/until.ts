export type Until = "never" | "hour" | "tomorrow" | "monday";
export const untils: Until[] = ["never", "hour", "tomorrow", "monday"];

/** The hour at which a day begins for somebody who was away. */
const morning = 8;

/** When an absence ends, by this device's clock. */
export function endOf(until: Until, now: Date): Date | null {
  if (until === "never") return null;
  if (until === "hour") return new Date(now.getTime() + 3_600_000);
  const days = until === "tomorrow" ? 1 : (8 - now.getDay()) % 7 || 7;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, morning);
}
