import { describe, expect, it } from "vitest";
import { newId } from "../core/ids";
import { fromBase64url, seal, toBase64url, unseal } from "./seal";

async function server() {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  return { pair, key: toBase64url(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))) };
}

describe("sealing", () => {
  it("opens again with the server's private key only", async () => {
    const { pair, key } = await server();
    const id = newId();
    const operation = { op_id: id, kind: "visit.record", data: { note: "Cô Út chưa rành, hẹn lại – ភូមិ" } };
    const sealed = await seal(key, id, operation);
    expect(await unseal(pair.privateKey, id, sealed)).toEqual(operation);
    const bytes = fromBase64url(sealed);
    expect(bytes[0]).toBe(4); // an uncompressed point, 65 bytes
    expect(bytes.length).toBe(65 + 12 + new TextEncoder().encode(JSON.stringify(operation)).length + 16);
    const other = await server();
    await expect(unseal(other.pair.privateKey, id, sealed)).rejects.toThrow();
  });

  it("is bound to its op id and notices a changed byte", async () => {
    const { pair, key } = await server();
    const id = newId();
    const sealed = await seal(key, id, { a: 1 });
    await expect(unseal(pair.privateKey, newId(), sealed)).rejects.toThrow();
    const bytes = fromBase64url(sealed);
    bytes[bytes.length - 1]! ^= 1;
    await expect(unseal(pair.privateKey, id, toBase64url(bytes))).rejects.toThrow();
  });

  it("never seals the same operation to the same bytes", async () => {
    const { key } = await server();
    const id = newId();
    expect(await seal(key, id, { a: 1 })).not.toBe(await seal(key, id, { a: 1 }));
  });
});
