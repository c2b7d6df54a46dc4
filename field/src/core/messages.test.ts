import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { day, format, number, percent } from "./messages";

const vectors = JSON.parse(readFileSync(new URL("../../../contracts/vectors/messages.json", import.meta.url), "utf8"));

describe("messages", () => {
  it("agree with the vectors", () => {
    for (const { sentence, params, text } of vectors.format) expect(format(sentence, params)).toBe(text);
    for (const { lang, value, digits, text } of vectors.number) expect(number(lang, value, digits)).toBe(text);
    for (const { lang, ratio, digits, text } of vectors.percent) expect(percent(lang, ratio, digits)).toBe(text);
    for (const { lang, day: iso, text } of vectors.day) expect(day(lang, iso)).toBe(text);
  });

  it("refuse numbers that are not finite", () => {
    for (const value of [NaN, Infinity, -Infinity]) expect(() => number("vi", value)).toThrow(RangeError);
  });
});
