import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clamp, COUNTER_MAX, decode, encode, MAX, MAX_MS, pack, receive, tick, unpack } from "./hlc";

const vectors = JSON.parse(readFileSync(new URL("../../../contracts/vectors/hlc.json", import.meta.url), "utf8"));

describe("hybrid clock", () => {
  it("agrees with the vectors", () => {
    for (const { ms, counter, text } of vectors.packed) {
      expect(encode(pack(ms, counter))).toBe(text);
      expect(unpack(decode(text))).toEqual({ ms, counter });
    }
    for (const { last, now_ms, then } of vectors.tick) expect(encode(tick(decode(last), now_ms))).toBe(then);
    for (const { last, remote, now_ms, then } of vectors.receive) {
      expect(encode(receive(decode(last), decode(remote), now_ms))).toBe(then);
    }
    for (const { made_at, now_ms, floor, then } of vectors.clamp) {
      expect(encode(clamp(decode(made_at), now_ms, decode(floor)))).toBe(then);
    }
  });

  it("refuses what is out of range", () => {
    for (const { ms, counter } of vectors.out_of_range) expect(() => pack(ms, counter)).toThrow(RangeError);
    for (const text of [...vectors.refused, null]) expect(() => decode(text), JSON.stringify(text)).toThrow(RangeError);
    for (const ms of [0.5, NaN, Infinity]) expect(() => pack(ms)).toThrow(RangeError);
    for (const value of [-1n, MAX + 1n]) expect(() => encode(value)).toThrow(RangeError);
    expect(() => tick(MAX, 0)).toThrow(RangeError);
  });

  it("never goes back", () => {
    const values = fc.bigInt(0n, MAX - 1n);
    fc.assert(
      fc.property(values, values, fc.integer({ min: 0, max: MAX_MS }), (last, remote, now) => {
        const received = receive(last, remote, now);
        return tick(last, now) > last && received > last && received > remote && clamp(last, now) <= pack(now, COUNTER_MAX);
      }),
    );
  });
});
