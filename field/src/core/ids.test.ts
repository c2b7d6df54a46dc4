import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { compareIds, hyphenated, idTimeMs, newId, parseId } from "./ids";

const vectors = JSON.parse(readFileSync(new URL("../../../contracts/vectors/ids.json", import.meta.url), "utf8"));

afterEach(() => vi.useRealTimers());

describe("ids", () => {
  it("agree with the vectors", () => {
    for (const { hyphenated: long, short, time_ms } of vectors.ids) {
      expect(parseId(long)).toBe(short);
      expect(parseId(short)).toBe(short);
      expect(hyphenated(short)).toBe(long);
      if (time_ms === null) expect(() => idTimeMs(short)).toThrow(RangeError);
      else expect(idTimeMs(short)).toBe(time_ms);
    }
    for (const { text, short } of vectors.also_read) expect(parseId(text)).toBe(short);
  });

  it("refuse anything else", () => {
    for (const text of [...vectors.refused, null, 5]) expect(() => parseId(text), JSON.stringify(text)).toThrow(RangeError);
  });

  it("sort by their bytes", () => {
    expect([...vectors.ascending].reverse().sort(compareIds)).toEqual(vectors.ascending);
  });

  it("ascend, also when the clock steps back, and carry the time", () => {
    vi.useFakeTimers({ now: 1_725_555_600_000 });
    const made = Array.from({ length: 2000 }, () => newId());
    expect(idTimeMs(made[0] ?? "")).toBe(1_725_555_600_000);
    vi.setSystemTime(1_000_000_000_000);
    made.push(newId());
    vi.setSystemTime(1_725_555_600_005);
    made.push(newId());
    expect(new Set(made).size).toBe(made.length);
    for (let at = 1; at < made.length; at++) expect(compareIds(made[at - 1] ?? "", made[at] ?? "")).toBe(-1);
    expect(hyphenated(made[7] ?? "")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
