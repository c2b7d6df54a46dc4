/**
 * State digest: a sum, modulo 2^64, of hashes of wire rows; phone and server compare it after a pull.
 *
 * The canonical form is JSON without spaces, keys in code point order, UTF-8.
 */

import { sha256 } from "@noble/hashes/sha2.js";

const MASK = (1n << 64n) - 1n;
const TEXT = /^[0-9a-f]{16}$/;
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const ASTRAL = /[\ud800-\udfff]/;
const utf8 = new TextEncoder();

/** Canonical JSON. Throws TypeError for anything but text, safe integers, booleans, null, arrays and plain objects. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isSafeInteger(value)) throw new TypeError("not a safe integer");
      return String(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `[${Array.from(value, canonical).join(",")}]`;
      if (isPlain(value)) {
        const keys = Object.keys(value).sort(byCodePoint);
        return `{${keys.map((key) => `${quoted(key)}:${canonical(value[key])}`).join(",")}}`;
      }
  }
  throw new TypeError(`no canonical form for ${typeof value}`);
}

/** Hash of one wire row: the first 8 bytes, big-endian, of SHA-256 over canonical([collection, row]). */
export function rowHash(collection: string, row: unknown[]): bigint {
  const hash = sha256(utf8.encode(canonical([collection, row])));
  return new DataView(hash.buffer, hash.byteOffset).getBigUint64(0);
}

/** The digest with one row put in. */
export function add(sum: bigint, hash: bigint): bigint {
  return (sum + hash) & MASK;
}

/** The digest with one row taken out. */
export function sub(sum: bigint, hash: bigint): bigint {
  return (sum - hash) & MASK;
}

/** 16 lowercase hex digits. Throws RangeError outside 0 … 2^64 − 1. */
export function encode(sum: bigint): string {
  if (sum < 0n || sum > MASK) throw new RangeError("not a digest");
  return sum.toString(16).padStart(16, "0");
}

/** The digest written as 16 lowercase hex digits. Throws RangeError for anything else. */
export function decode(text: string): bigint {
  if (typeof text !== "string" || !TEXT.test(text)) throw new RangeError("not a digest");
  return BigInt(`0x${text}`);
}

/** The first 16 bytes of SHA-256 over the canonical form. Throws TypeError like `canonical`. */
export function payloadDigest(value: unknown): Uint8Array {
  return sha256(utf8.encode(canonical(value))).slice(0, 16);
}

function quoted(text: string): string {
  if (LONE_SURROGATE.test(text)) throw new TypeError("text is not valid Unicode");
  return JSON.stringify(text);
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function byCodePoint(one: string, other: string): number {
  // Code units and code points differ in order only where surrogates are involved.
  if (!ASTRAL.test(one) && !ASTRAL.test(other)) return one < other ? -1 : one > other ? 1 : 0;
  const left = Array.from(one, (char) => char.codePointAt(0) ?? 0);
  const right = Array.from(other, (char) => char.codePointAt(0) ?? 0);
  for (let at = 0; at < left.length && at < right.length; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
