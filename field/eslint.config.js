import esx from "eslint-plugin-es-x";
import tseslint from "typescript-eslint";

// What Chrome 90 lacks (and Safari 14: lookbehind). Prototype methods are caught by name: a false alarm is cheap.
const absent = ["at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "isWellFormed"];

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "dev-dist/**"] },
  ...tseslint.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "es-x": esx },
    rules: {
      "es-x/no-regexp-lookbehind-assertions": "error",
      "es-x/no-regexp-d-flag": "error",
      "es-x/no-regexp-v-flag": "error",
      "es-x/no-object-hasown": "error",
      "es-x/no-error-cause": "error",
      "es-x/no-top-level-await": "error",
      "es-x/no-object-map-groupby": "error",
      "es-x/no-array-fromasync": "error",
      "es-x/no-promise-withresolvers": "error",
      "no-restricted-globals": ["error", "structuredClone", "reportError"],
      "no-restricted-properties": [
        "error",
        { object: "crypto", property: "randomUUID", message: "Chrome 90 lacks it: use core/ids." },
        { object: "AbortSignal", property: "timeout", message: "Chrome 90 lacks it: use AbortController." },
        { object: "AbortSignal", property: "any", message: "Chrome 90 lacks it." },
        { object: "navigator", property: "onLine", message: "It lies: judge by what requests answer (sync/engine)." },
        ...absent.map((property) => ({ property, message: "Chrome 90 lacks it." })),
      ],
      "no-eval": "error",
      "no-new-func": "error",
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  { files: ["src/testing/**", "src/**/*.test.ts"], rules: { "no-restricted-properties": "off", "no-restricted-globals": "off" } },
);
