import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, canonical, decode, encode, payloadDigest, rowHash, sub } from "./digest";

const vectors = JSON.parse(readFileSync(new URL("../../../contracts/vectors/digest.json", import.meta.url), "utf8"));

describe("state digest", () => {
  it("agrees with the vectors", () => {
    for (const { value, text } of vectors.canonical) expect(canonical(value)).toBe(text);
    for (const { collection, row, hash } of vectors.rows) expect(encode(rowHash(collection, row))).toBe(hash);
    for (const { hashes, sum } of vectors.sums) expect(encode(hashes.map(decode).reduce(add, 0n))).toBe(sum);
    for (const { value, digest } of vectors.payloads) expect(Buffer.from(payloadDigest(value)).toString("hex")).toBe(digest);
  });

  it("refuses values without one form", () => {
    const others = [undefined, NaN, Infinity, 1n, new Date(), new Map(), () => 1, "\ud83d", { "\ud83d": 1 }, [undefined], { a: undefined }, [, 1]];
    for (const value of [...vectors.refused.map((one: { value: unknown }) => one.value), ...others]) {
      expect(() => canonical(value)).toThrow(TypeError);
    }
    for (const text of ["", "0", "F".repeat(16), "0".repeat(17)]) expect(() => decode(text)).toThrow(RangeError);
    for (const sum of [-1n, 1n << 64n]) expect(() => encode(sum)).toThrow(RangeError);
  });

  it("writes zero in one way only", () => {
    expect(canonical(-0)).toBe("0");
  });

  it("forgets the order and what was taken out", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(0n, (1n << 64n) - 1n)), (hashes) => {
        const sum = hashes.reduce(add, 0n);
        return [...hashes].reverse().reduce(add, 0n) === sum && hashes.reduce(sub, sum) === 0n;
      }),
    );
  });
});
