/**
 * Identifiers: UUIDv7 as 22 characters, base64url without padding: the only form stored and sent.
 *
 * The short form does not sort like the bytes: use `compareIds` wherever "the lower id" matters.
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SHORT = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const HYPHENATED = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_MS = 2 ** 48 - 1;
const RANDOM_BITS = 74n;

let lastMs = -1;
let lastRandom = 0n;

/** A new UUIDv7 in short form, greater than every one this page or worker made before. */
export function newId(): string {
  const ms = Math.min(Math.max(Math.floor(Date.now()), 0), MAX_MS);
  if (ms > lastMs) {
    lastMs = ms;
    // The top bit stays free, so that counting upwards within a millisecond cannot run over.
    lastRandom = randomBits(RANDOM_BITS - 1n);
  } else if (++lastRandom >> RANDOM_BITS) {
    lastMs += 1;
    lastRandom = 0n;
  }
  const high = (BigInt(lastMs) << 16n) | 0x7000n | (lastRandom >> 62n);
  const low = (1n << 63n) | (lastRandom & ((1n << 62n) - 1n));
  return shortOf((high << 64n) | low);
}

/** The short form of an id in short or hyphenated form. Throws RangeError for anything else. */
export function parseId(text: string): string {
  if (typeof text === "string") {
    if (SHORT.test(text)) return text;
    if (HYPHENATED.test(text)) return shortOf(BigInt(`0x${text.replace(/-/g, "")}`));
  }
  throw new RangeError("not an id");
}

/** The hyphenated form, lower case. Throws RangeError when `id` is no short form. */
export function hyphenated(id: string): string {
  const hex = valueOf(id).toString(16).padStart(32, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The moment a UUIDv7 was made, in ms since 1970 UTC. Throws RangeError for other versions. */
export function idTimeMs(id: string): number {
  const value = valueOf(id);
  if (((value >> 76n) & 15n) !== 7n || ((value >> 62n) & 3n) !== 2n) throw new RangeError("only a UUIDv7 carries its time");
  return Number(value >> 80n);
}

/** Negative, zero or positive as `one` is lower than, equal to or higher than `other`. */
export function compareIds(one: string, other: string): number {
  const difference = valueOf(one) - valueOf(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function valueOf(id: string): bigint {
  if (typeof id !== "string" || !SHORT.test(id)) throw new RangeError("not an id");
  let value = 0n;
  for (const char of id) value = (value << 6n) | BigInt(ALPHABET.indexOf(char));
  return value >> 4n;
}

function shortOf(value: bigint): string {
  let text = "";
  for (let rest = value << 4n, count = 0; count < 22; count++, rest >>= 6n) {
    text = ALPHABET.charAt(Number(rest & 63n)) + text;
  }
  return text;
}

function randomBits(bits: bigint): bigint {
  let value = 0n;
  for (const part of crypto.getRandomValues(new Uint32Array(3))) value = (value << 32n) | BigInt(part);
  return value & ((1n << bits) - 1n);
}
