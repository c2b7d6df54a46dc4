/** Sentences with named placeholders, and the way numbers and days are written in each language. */

export const LANGUAGES = ["vi", "km", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const PLACEHOLDER = /\{([a-z][a-z0-9_]*)\}/g;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MOST_DIGITS = 3;

/** The sentence with its `{name}` placeholders replaced, in one pass; one without a parameter stays as it is. */
export function format(sentence: string, params: Readonly<Record<string, string | number>>): string {
  return sentence.replace(PLACEHOLDER, (whole, name: string) =>
    Object.prototype.hasOwnProperty.call(params, name) ? String(params[name]) : whole,
  );
}

/**
 * A number as people write it: 93.360,5 in vi, 93,360.5 in km and en.
 *
 * `digits`: decimals shown; null shows at most three and no trailing zeros. Halves are rounded away from zero, on
 * the number as it is written in decimals (1.005 -> 1.01). Throws RangeError for NaN and infinity.
 */
export function number(lang: Language, value: number, digits: number | null = null): string {
  return write(lang, value, 0, digits);
}

/** A ratio (1 = all) as a percentage with `digits` decimals: 97,5% in vi, 97.5% in km and en. */
export function percent(lang: Language, ratio: number, digits = 1): string {
  return `${write(lang, ratio, 2, digits)}%`;
}

/** A day given as YYYY-MM-DD: 05/09/2024 in vi and km, 5 Sep 2024 in en. */
export function day(lang: Language, iso: string): string {
  const [year = "", month = "", date = ""] = iso.split("-");
  return lang === "en" ? `${Number(date)} ${MONTHS[Number(month) - 1]} ${Number(year)}` : `${date}/${month}/${year}`;
}

function write(lang: Language, value: number, shift: number, digits: number | null): string {
  const places = digits ?? MOST_DIGITS;
  const scaled = rounded(Math.abs(value), shift + places);
  const all = scaled.toString().padStart(places + 1, "0");
  const whole = all.slice(0, all.length - places);
  let decimals = all.slice(all.length - places);
  if (digits === null) decimals = decimals.replace(/0+$/, "");
  const [group, point] = lang === "vi" ? [".", ","] : [",", "."];
  const written = whole.replace(/\B(?=(?:\d{3})+$)/g, group) + (decimals ? point + decimals : "");
  return value < 0 && scaled > 0n ? `-${written}` : written;
}

/** value × 10^places as a whole number, computed on the shortest decimal writing so that the server gets the same. */
function rounded(value: number, places: number): bigint {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!match) throw new RangeError("not a finite number");
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const coefficient = BigInt(whole + fraction);
  const surplus = fraction.length - Number(exponent) - places;
  if (surplus <= 0) return coefficient * 10n ** BigInt(-surplus);
  const unit = 10n ** BigInt(surplus);
  return (2n * coefficient + unit) / (2n * unit);
}
