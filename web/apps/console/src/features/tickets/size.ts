import { i18n } from "@helpdesk/i18n";

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "3.4 MB", as the language writes it. */
export function fileSize(bytes: number): string {
  const step = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0);
  const style = { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(i18n.locale, style).format(bytes / 1000 ** step);
}
