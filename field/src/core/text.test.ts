import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, nfc, nfcLines, sortKey } from "./text";

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../../contracts/vectors/${name}.json`, import.meta.url), "utf8"));
const stored = read("nfc");
const folded = read("fold");
const sorted = read("sort");
const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."aAăâđĐơưéệ\u0301\u0323\u0302\u031b \t\u200b\u200d09-កដតមរស្៉៊ាិីុើេោំះ៌") }),
);

const byKey = (one: string, other: string) => (sortKey(one) < sortKey(other) ? -1 : 1);

describe("text", () => {
  it("is stored as the vectors say", () => {
    for (const { text, nfc: expected } of stored.cases) expect(nfc(text)).toBe(expected);
    for (const { text, nfc: expected } of stored.lines) expect(nfcLines(text)).toBe(expected);
    expect(nfc("a\ud83db")).toBe("ab");
  });

  it("is folded as the vectors say", () => {
    for (const { text, fold: expected } of [...folded.vietnamese, ...folded.khmer]) expect(fold(text)).toBe(expected);
  });

  it("is sorted as the vectors say", () => {
    for (const names of sorted.ascending) expect([...names].reverse().sort(byKey)).toEqual(names);
    for (const same of sorted.equal) expect(new Set(same.map(sortKey)).size).toBe(1);
    for (const { text, key } of sorted.keys) expect(sortKey(text)).toBe(key);
  });

  it("is stable, and blind to normal forms when folded or sorted", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const kept = nfc(text);
        const plain = fold(text);
        expect(nfc(kept)).toBe(kept);
        expect(fold(plain)).toBe(plain);
        expect(fold(kept)).toBe(plain);
        expect(fold(text.normalize("NFD"))).toBe(plain);
        expect(sortKey(text.normalize("NFD"))).toBe(sortKey(text));
        expect(sortKey(text)).toMatch(/^[0-9a-z]+$/);
      }),
      { numRuns: 300 },
    );
  });
});
