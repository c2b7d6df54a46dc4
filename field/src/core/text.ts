/**
 * Forms of text: as stored (`nfc`), as searched (`fold`), as sorted (`sortKey`); the same as the server's.
 *
 * Khmer order within a syllable, used by `fold` and `sortKey`: consonant or independent vowel; robat (U+17CC);
 * subscripts as typed, but subscript RO last; register shifters (U+17C9, U+17CA); vowels; all other signs by code
 * point. Two halves of one vowel typed singly become that vowel; subscript DA becomes subscript TA, which looks the
 * same; a sign typed twice counts once.
 */

const SPACE = "\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const EDGE = new RegExp(`[${SPACE}\\u200b-\\u200d]`);
const GAPS = new RegExp(`[${SPACE}\\u200b]+`, "g");
const SPACES = new RegExp(`[${SPACE}]+`, "g");
const LINE_END = /\r\n|[\n\r\u0085\u2028\u2029]/;
const KHMER = /[\u1780-\u17ff\u19e0-\u19ff]/;
// Controls that are not white space, soft hyphen, direction controls, word joiner, BOM, lone surrogates.
const JUNK = new RegExp(
  "[\\u0000-\\u0008\\u000e-\\u001f\\u007f-\\u0084\\u0086-\\u009f\\u00ad\\u200e\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff\\ud800-\\udfff]",
  "gu",
);
const INVISIBLE = /[\u200b-\u200d\u17b4\u17b5]/g;
const LATIN_MARK = "[\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]";
const LATIN_MARKS = new RegExp(LATIN_MARK, "g");
const ONE_LATIN_MARK = new RegExp(`^${LATIN_MARK}$`);
// Eth and African d are what other keyboards and old fonts offer for đ.
const D_LIKE = /[đðɖ]/g;

const CLUSTER = /([\u1780-\u17b3])((?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17d3\u17dd])+)/g;
const PART = /\u17d2[\u1780-\u17b3]|./g;
const COENG = "\u17d2";
const ROBAT = "\u17cc";
const KHMER_DIGIT = /[\u17e0-\u17e9]/g;

const LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
const PLAIN: Readonly<Record<string, string>> = { ă: "a", â: "a", đ: "d", ê: "e", ô: "o", ơ: "o", ư: "u" };
const WEIGHTS = new Map<string, string>();
{
  const counts: Record<string, number> = {};
  for (const letter of LETTERS) {
    const base = PLAIN[letter] ?? letter;
    const place = counts[base] ?? 0;
    counts[base] = place + 1;
    WEIGHTS.set(letter, `${base}${place}`);
  }
}
const TONES: Readonly<Record<string, string>> = { "\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5" };
const OTHER_MARK = "6";
const LETTER_MARKS = "\u0306\u0302\u031b";
const LONGEST_NUMBER = 35;
const NOT_IN_WORDS = /[^\p{L}\p{M}0-9]/gu;
const NUMBER_OR_CHAR = /[0-9]+|./gu;

/** Text as stored: NFC, trimmed, every run of white space one space, controls removed; zero-width spaces only between Khmer words. */
export function nfc(text: string): string {
  const clean = trimmed(text.replace(JUNK, ""));
  return clean
    .replace(GAPS, (gap, at: number) => {
      if (/[^\u200b]/.test(gap)) return " ";
      return KHMER.test(clean.charAt(at - 1)) || KHMER.test(clean.charAt(at + gap.length)) ? "\u200b" : "";
    })
    .normalize("NFC");
}

/** Like `nfc` for each line; blank lines at both ends go, at most one stays between two paragraphs. */
export function nfcLines(text: string): string {
  return text.split(LINE_END).map(nfc).join("\n").replace(/\n{3,}/g, "\n\n").replace(/^\n+|\n+$/g, "");
}

/** Text as searched: lower case, no Latin marks, đ as d, Khmer syllables in one order, digits Latin. */
export function fold(text: string): string {
  const plain = decomposed(text).replace(LATIN_MARKS, "").replace(D_LIKE, "d");
  return khmer(plain).replace(SPACES, " ").replace(/^ | $/g, "");
}

/** A text of [0-9a-z] that compares (with `<`) like the texts in a Vietnamese dictionary; numbers by value, tones second. */
export function sortKey(text: string): string {
  const words = khmer(decomposed(text)).replace(D_LIKE, "đ").replace(NOT_IN_WORDS, " ").split(" ").filter(Boolean).map(weigh);
  return `${words.map(([weights]) => weights).join("01")}00${words.map(([, tone]) => tone).join("")}`;
}

function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && EDGE.test(text.charAt(start))) start++;
  while (end > start && EDGE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function decomposed(text: string): string {
  const visible = text.replace(JUNK, "").replace(INVISIBLE, "");
  // Twice: lowering can leave characters that decompose further.
  return visible.normalize("NFKD").toLowerCase().normalize("NFKD");
}

function khmer(text: string): string {
  return text
    .replace(CLUSTER, (_whole, base: string, rest: string) => base + ordered(rest))
    .replace(KHMER_DIGIT, (digit) => String(digit.charCodeAt(0) - 0x17e0));
}

function ordered(rest: string): string {
  let robat = "";
  let subscripts = "";
  let ro = "";
  const shifters = new Set<string>();
  const vowels = new Set<string>();
  const signs = new Set<string>();
  for (const part of rest.match(PART) ?? []) {
    if (part.charAt(0) === COENG) {
      if (part === "\u17d2\u179a") ro += part;
      else subscripts += part === "\u17d2\u178a" ? "\u17d2\u178f" : part;
    } else if (part === ROBAT) robat = part;
    else if (part === "\u17c9" || part === "\u17ca") shifters.add(part);
    else if (part <= "\u17c5") vowels.add(part);
    else signs.add(part);
  }
  for (const [half, whole] of [["\u17b8", "\u17be"], ["\u17b6", "\u17c4"]] as const) {
    if (vowels.has("\u17c1") && vowels.has(half)) {
      vowels.delete("\u17c1");
      vowels.delete(half);
      vowels.add(whole);
    }
  }
  return robat + subscripts + ro + [shifters, vowels, signs].map((group) => [...group].sort().join("")).join("");
}

/** First-level weights and tone of one decomposed word. No weight is the beginning of another. */
function weigh(word: string): [weights: string, tone: string] {
  const weights: string[] = [];
  let tone = "0";
  let letter = "";
  for (const part of word.match(NUMBER_OR_CHAR) ?? []) {
    const weight = WEIGHTS.get(part);
    if (/^[0-9]/.test(part)) {
      weights.push(numberWeight(part));
      letter = "";
    } else if (weight) {
      weights.push(weight);
      letter = part;
    } else if (ONE_LATIN_MARK.test(part)) {
      const whole = (letter + part).normalize("NFC");
      const changed = letter && LETTER_MARKS.includes(part) ? WEIGHTS.get(whole) : undefined;
      if (changed) {
        weights[weights.length - 1] = changed;
        letter = whole;
      } else if (tone === "0") tone = TONES[part] ?? OTHER_MARK;
    } else {
      weights.push(`zz${(part.codePointAt(0) ?? 0).toString(36).padStart(4, "0")}`);
      letter = "";
    }
  }
  return [weights.join(""), tone];
}

function numberWeight(digits: string): string {
  const value = digits.replace(/^0+/, "");
  return `1${Math.min(value.length, LONGEST_NUMBER).toString(36)}${value}`;
}
