import optimizeLocales from "@react-aria/optimize-locales-plugin";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { icuCatalogs } from "../../tools/vite-icu.ts";
import { precompress } from "../../tools/vite-precompress.ts";

/** Where `vite dev` finds the product; its host name decides the organization, so it is passed on unchanged. */
const product = process.env.HELPDESK_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    icuCatalogs(),
    { ...optimizeLocales.vite({ locales: ["en-US", "de-DE", "ar-AE"] }), enforce: "pre" },
    precompress(),
  ],
  build: {
    target: "es2022",
    manifest: "manifest.json",
    // A data: address would need a source of its own in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ }],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: product }, "/ws": { target: product, ws: true } } },
});
