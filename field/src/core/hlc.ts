/**
 * Hybrid logical clock: one value of 63 bits, milliseconds << 16 | counter, as a bigint.
 *
 * Text form: 16 lowercase hex digits, which compare like the values. All functions throw RangeError for
 * values, moments or texts outside their range.
 */

export const MAX = (1n << 63n) - 1n;
export const MAX_MS = Number(MAX >> 16n);
export const COUNTER_MAX = 0xffff;
const TEXT = /^[0-7][0-9a-f]{15}$/;

/** The clock value of a moment in ms and a counter. */
export function pack(ms: number, counter = 0): bigint {
  if (!Number.isInteger(ms) || ms < 0 || ms > MAX_MS || !Number.isInteger(counter) || counter < 0 || counter > COUNTER_MAX) {
    throw new RangeError("moment or counter out of range");
  }
  return (BigInt(ms) << 16n) | BigInt(counter);
}

/** Moment in ms and counter of a clock value. */
export function unpack(value: bigint): { ms: number; counter: number } {
  check(value);
  return { ms: Number(value >> 16n), counter: Number(value & 0xffffn) };
}

/** The value for a new local event: later than `last`, and not before `nowMs`. */
export function tick(last: bigint, nowMs: number): bigint {
  return check(later(pack(nowMs), check(last) + 1n));
}

/** The value after seeing `remote`: later than `last` and `remote`, and not before `nowMs`. */
export function receive(last: bigint, remote: bigint, nowMs: number): bigint {
  return check(later(pack(nowMs), later(check(last), check(remote)) + 1n));
}

/** 16 lowercase hex digits. */
export function encode(value: bigint): string {
  return check(value).toString(16).padStart(16, "0");
}

/** The clock value of 16 lowercase hex digits. */
export function decode(text: string): bigint {
  if (typeof text !== "string" || !TEXT.test(text)) throw new RangeError("not a clock value");
  return BigInt(`0x${text}`);
}

/** The server's bound on `madeAt`: never later than `nowMs`, never before `floor` (a clock value), which is the firmer. */
export function clamp(madeAt: bigint, nowMs: number, floor = 0n): bigint {
  const latest = pack(nowMs, COUNTER_MAX);
  return later(check(floor), check(madeAt) < latest ? madeAt : latest);
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function check(value: bigint): bigint {
  if (typeof value !== "bigint" || value < 0n || value > MAX) throw new RangeError("not a clock value");
  return value;
}
