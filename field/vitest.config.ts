import { defineConfig } from "vitest/config";
import { catalogues } from "./scripts/catalogues.mjs";

export default defineConfig({
  plugins: [catalogues()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
    setupFiles: ["src/testing/setup.ts"],
    testTimeout: 30_000,
  },
});
