import { signal } from "@preact/signals";
import { day as writeDay, format, number as writeNumber, type Language } from "../core/messages";
import type vi from "../../../locale/vi/field.json";

export type Key = keyof typeof vi;
export type Params = Readonly<Record<string, string | number>>;

export const LANGUAGES: readonly Language[] = ["vi", "km", "en"];
export const language = signal<Language>("vi");
const sentences = signal<Record<string, string>>({});

const CATALOGUES: Record<Language, () => Promise<{ default: Record<string, string> }>> = {
  vi: () => import("virtual:catalogue/vi"),
  km: () => import("virtual:catalogue/km"),
  en: () => import("virtual:catalogue/en"),
};

/** Loads the catalogue of one language (and, for Khmer only, its font) and shows the app in it. */
export async function speak(chosen: Language): Promise<void> {
  const [catalogue] = await Promise.all([CATALOGUES[chosen](), chosen === "km" ? import("./khmer") : null]);
  sentences.value = catalogue.default;
  language.value = chosen;
  document.documentElement.lang = chosen;
}

export function isLanguage(text: string | null | undefined): text is Language {
  return LANGUAGES.includes(text as Language);
}

/** The sentence in the chosen language; the key itself where there is none, so that a gap is seen. */
export function t(key: Key, params: Params = {}): string {
  return format(sentences.value[key] ?? key, params);
}

/** The same for a key put together at run time; `fallback` where the catalogue has none. */
export function told(key: string, params: Params = {}, fallback = ""): string {
  const sentence = sentences.value[key];
  return sentence ? format(sentence, params) : fallback;
}

/** The two sentences of a problem: what happened and what to do. The server's own words come second. */
export function problemWords(problem: { code: string; title: string; detail: string; params: Params }): { title: string; todo: string } {
  const params = { ...problem.params };
  if (typeof params.field === "string") params.field = told(`label:${params.field}`, {}, params.field);
  return {
    title: told(`problem:${problem.code}.title`, params, problem.title || t("problem.unknown_title")),
    todo: told(`problem:${problem.code}.todo`, params, problem.detail || t("problem.unknown_todo")),
  };
}

export function day(iso: string | null): string {
  return iso ? writeDay(language.value, iso) : "";
}

/** Day and month only, for lists. */
export function shortDay(iso: string): string {
  return `${Number(iso.slice(8, 10))}/${Number(iso.slice(5, 7))}`;
}

export function number(value: number): string {
  return writeNumber(language.value, value);
}

/** A name that has forms in several languages. */
export function named(names: { vi: string; km?: string | null; en?: string | null } | null | undefined): string {
  return (names && (names[language.value] || names.vi)) || "";
}

export function clockTime(ms: number): string {
  const date = new Date(ms);
  return `${date.getHours()}:${String(date.getMinutes()).padStart(2, "0")}`;
}
