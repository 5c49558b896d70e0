/** A time as people write it in a form: an amount and its unit. */
export type Span = { amount: string; unit: Unit };
export type Unit = "minutes" | "hours" | "days";

export const minutesIn: Record<Unit, number> = { minutes: 1, hours: 60, days: 1440 };

/** The largest unit that leaves no remainder. */
export function spanOf(minutes: number): Span {
  const unit = (["days", "hours"] as const).find((one) => minutes > 0 && minutes % minutesIn[one] === 0) ?? "minutes";
  return { amount: String(minutes / minutesIn[unit]), unit };
}

/** Undefined for what is no whole number of minutes. */
export function minutesOf({ amount, unit }: Span): number | undefined {
  const minutes = Number(amount.trim().replace(",", ".")) * minutesIn[unit];
  return amount.trim() !== "" && Number.isInteger(minutes) && minutes >= 0 ? minutes : undefined;
}
