import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { catalogues } from "./scripts/catalogues.mjs";

// The server serves field/dist at /app/; everything is same-origin and works under `script-src 'self'`.
export default defineConfig({
  base: "/app/",
  plugins: [
    catalogues(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src/sw",
      filename: "sw.ts",
      injectRegister: false,
      registerType: "prompt",
      injectManifest: {
        // A classic script: module service workers came with Chrome 91.
        rollupFormat: "iife",
        globPatterns: ["**/*.{html,js,css,svg,png,webmanifest,woff2}"],
        // The Khmer font is cached when Khmer is first chosen (see sw.ts).
        globIgnores: ["**/noto-sans-khmer-*", "sw.js"],
      },
      manifest: {
        id: "/app/",
        name: "Tổ Số – sổ tay của Tổ công nghệ số cộng đồng",
        short_name: "Tổ Số",
        description: "Ghi lần đến nhà, không cần mạng.",
        lang: "vi",
        start_url: "/app/",
        scope: "/app/",
        display: "standalone",
        orientation: "portrait",
        background_color: "#f4f7f5",
        theme_color: "#0b5d4b",
        icons: [
          { src: "icon.svg", sizes: "any", type: "image/svg+xml" },
          { src: "icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
    }),
  ],
  build: {
    target: "chrome90",
    cssTarget: "chrome90",
    assetsInlineLimit: 0,
    sourcemap: false,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
