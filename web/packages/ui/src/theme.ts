export type Theme = "system" | "light" | "dark";
export type Contrast = "system" | "normal" | "high";
export type Density = "compact" | "normal" | "relaxed";

/** What `public/theme.js` reads before the first paint. */
function write(name: string, value: string, absent: string) {
  if (value === absent) localStorage.removeItem(name);
  else localStorage.setItem(name, value);
  apply();
}

function apply() {
  const { dataset } = document.documentElement;
  const { theme, contrast, density } = look.get();
  const prefers = (query: string) => matchMedia(query).matches;
  dataset.theme = theme === "system" ? (prefers("(prefers-color-scheme: dark)") ? "dark" : "light") : theme;
  dataset.contrast = contrast === "system" ? (prefers("(prefers-contrast: more)") ? "high" : "normal") : contrast;
  dataset.density = density;
}

/** The look of the page on this browser. */
export const look = {
  get: () => ({
    theme: (localStorage.getItem("theme") ?? "system") as Theme,
    contrast: (localStorage.getItem("contrast") ?? "system") as Contrast,
    density: (localStorage.getItem("density") ?? "normal") as Density,
  }),
  setTheme: (theme: Theme) => write("theme", theme, "system"),
  setContrast: (contrast: Contrast) => write("contrast", contrast, "system"),
  setDensity: (density: Density) => write("density", density, "normal"),
  /** Follows the system while it runs. */
  follow() {
    for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
      matchMedia(query).addEventListener("change", apply);
    }
  },
};
