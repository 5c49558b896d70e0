// Runs before the first paint, so that the page never flashes in the wrong theme. `packages/ui/src/theme.ts` writes these.
(() => {
  const root = document.documentElement;
  const wish = (name, other) => localStorage.getItem(name) ?? other;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = wish("theme", "system");
  root.dataset.theme = theme === "system" ? (dark ? "dark" : "light") : theme;
  root.dataset.contrast = wish("contrast", matchMedia("(prefers-contrast: more)").matches ? "high" : "normal");
  root.dataset.density = wish("density", "normal");
  const locale = wish("locale", "");
  if (locale) {
    root.lang = locale;
    root.dir = locale === "ar" ? "rtl" : "ltr";
  }
})();
