import { type Messages, setupI18n } from "@lingui/core";

/** The languages of the console, each with its own name for itself. */
export const locales = { en: "English", de: "Deutsch", ar: "العربية" } as const;
export type Locale = keyof typeof locales;
/** The name of a catalog: `src/en/NAME.icu.json` and the same in every other language. */
export type Feature = string;

const catalogs = import.meta.glob<Messages>(["./*/*.icu.json"], { import: "default" });
export const i18n = setupI18n({ missing: (_, id) => id });
const wanted = new Set<Feature>();

/** Fetches what a page says, in the language in use; at once when it is there already. */
export async function loadTexts(...features: Feature[]): Promise<void> {
  const missing = features.filter((feature) => !wanted.has(feature));
  for (const feature of missing) wanted.add(feature);
  await fetchTexts(i18n.locale as Locale, missing);
}

/** Changes the language, with the texts of everything that was shown so far. */
export async function setLocale(locale: Locale): Promise<void> {
  await fetchTexts(locale, [...wanted]);
  i18n.activate(locale);
  document.documentElement.lang = locale;
  document.documentElement.dir = direction(locale);
}

export const direction = (locale: string): "ltr" | "rtl" => (locale === "ar" ? "rtl" : "ltr");

async function fetchTexts(locale: Locale, features: Feature[]) {
  const texts = await Promise.all(features.map((feature) => catalogs[`./${locale}/${feature}.icu.json`]?.()));
  for (const messages of texts) if (messages) i18n.load(locale, messages);
}

/** The text of an id in the language in use, with its values filled in. */
export const t = (id: string, values?: Record<string, unknown>): string => i18n._(id, values);
