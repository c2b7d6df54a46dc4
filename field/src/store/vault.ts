import { getMeta, type FieldDb } from "./db";
import type { Box } from "./types";

const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * Encrypts what is readable on this phone. Today its key is a CryptoKey that no script can export, kept in IndexedDB.
 * A PIN can become another way to obtain `key`: boxes name their key, so that both can live side by side.
 */
export class Vault {
  constructor(readonly id: string, private readonly key: CryptoKey) {}

  async close(value: unknown): Promise<Box> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, utf8.encode(JSON.stringify(value)));
    return { k: this.id, iv, data };
  }

  /** Throws when the box was closed with another key or was altered. */
  async open<T>(box: Box): Promise<T> {
    if (box.k !== this.id) throw new Error("closed with another key");
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv as BufferSource }, this.key, box.data);
    return JSON.parse(text.decode(plain)) as T;
  }
}

/** The device's vault; its key is made at first use. Two tabs that start together end with one key. */
export async function openVault(db: FieldDb): Promise<Vault> {
  const known = await getMeta(db, "device-key");
  if (known) return new Vault(known.id, known.key);
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const id = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const kept = await db.transaction("rw", db.meta, async () => {
    const other = await getMeta(db, "device-key");
    if (other) return other;
    await db.meta.put({ key: "device-key", value: { id, key } });
    return { id, key };
  });
  return new Vault(kept.id, kept.key);
}
