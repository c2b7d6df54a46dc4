// Turns locale/<lang>/{field,problems,fields}.json into one lazy chunk per language: `virtual:catalogue/<lang>`.
// Sentences a language lacks are taken from Vietnamese, the source; problems keep their prefix `problem:`.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const LANGUAGES = ["vi", "km", "en"];
const DOMAINS = { field: "", problems: "problem:", fields: "label:" };
const PREFIX = "virtual:catalogue/";

/** @param {string} root @param {string} language */
export function readCatalogue(root, language) {
  /** @type {Record<string, string>} */
  const sentences = {};
  for (const lang of new Set(["vi", language])) {
    for (const [domain, prefix] of Object.entries(DOMAINS)) {
      const path = join(root, lang, `${domain}.json`);
      if (!existsSync(path)) continue;
      for (const [key, sentence] of Object.entries(JSON.parse(readFileSync(path, "utf8")))) {
        if (sentence) sentences[prefix + key] = /** @type {string} */ (sentence);
      }
    }
  }
  return sentences;
}

/** @returns {import("vite").Plugin} */
export function catalogues(root = resolve(import.meta.dirname, "../../locale")) {
  return {
    name: "toso-catalogues",
    resolveId(id) {
      return id.startsWith(PREFIX) ? `\0${id}` : undefined;
    },
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const language = id.slice(PREFIX.length + 1);
      if (!LANGUAGES.includes(language)) throw new Error(`no catalogue for ${language}`);
      for (const domain of Object.keys(DOMAINS)) {
        for (const lang of new Set(["vi", language])) {
          const path = join(root, lang, `${domain}.json`);
          if (existsSync(path)) this.addWatchFile(path);
        }
      }
      return `export default ${JSON.stringify(readCatalogue(root, language))};`;
    },
  };
}
