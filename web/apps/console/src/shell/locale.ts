import { i18n, type Locale, locales, setLocale } from "@helpdesk/i18n";

const isLocale = (name: string | undefined): name is Locale => name !== undefined && name in locales;

/** The language that was chosen on this browser, else the first that the browser asks for and there is. */
export function preferredLocale(): Locale {
  const chosen = localStorage.getItem("locale") ?? undefined;
  const asked = [chosen, ...navigator.languages.map((language) => language.split("-")[0])];
  return asked.find(isLocale) ?? "en";
}

export async function chooseLocale(locale: Locale): Promise<void> {
  localStorage.setItem("locale", locale);
  if (i18n.locale !== locale) await setLocale(locale);
}

/** Goes back to what the browser asks for. */
export async function forgetLocale(): Promise<void> {
  localStorage.removeItem("locale");
  const locale = preferredLocale();
  if (i18n.locale !== locale) await setLocale(locale);
}
