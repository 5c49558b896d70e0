import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";

/** Compiles catalogs (`*.icu.json`: id → ICU message) while building, so that no parser goes to the browser. */
export function icuCatalogs(): Plugin {
  return {
    name: "icu-catalogs",
    enforce: "pre",
    transform: {
      filter: { id: /\.icu\.json$/ },
      handler(source) {
        const texts: Record<string, string> = JSON.parse(source);
        const compiled = Object.entries(texts).map(([id, text]) => [id, compileMessage(text)]);
        return { code: `export default ${JSON.stringify(Object.fromEntries(compiled))}`, map: null, moduleType: "js" };
      },
    },
  };
}
