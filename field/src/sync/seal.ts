/** Sealing for the server (wire.md, Pushing): what background sync can send although it cannot read it. */

const INFO = new TextEncoder().encode("toso-seal-v1");
const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;

export function toBase64url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function fromBase64url(text: string): Uint8Array {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = new Uint8Array(plain.length);
  for (let at = 0; at < plain.length; at++) bytes[at] = plain.charCodeAt(at);
  return bytes;
}

/** 65 bytes of ephemeral public key, 12 of nonce, then the operation's JSON under AES-256-GCM; base64url. */
export async function seal(sealKey: string, opId: string, operation: unknown): Promise<string> {
  const server = await crypto.subtle.importKey("raw", fromBase64url(sealKey) as BufferSource, CURVE, false, []);
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const key = await derive(pair.privateKey, server, "encrypt");
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(operation));
  const secret = new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, opId), key, plain));
  const whole = new Uint8Array(77 + secret.length);
  whole.set(point, 0);
  whole.set(nonce, 65);
  whole.set(secret, 77);
  return toBase64url(whole);
}

/** The other side, for tests and the simulator: the phone never holds the private key. */
export async function unseal(privateKey: CryptoKey, opId: string, sealed: string): Promise<unknown> {
  const whole = fromBase64url(sealed);
  const point = await crypto.subtle.importKey("raw", whole.slice(0, 65), CURVE, false, []);
  const key = await derive(privateKey, point, "decrypt");
  const plain = await crypto.subtle.decrypt(parameters(whole.slice(65, 77), opId), key, whole.slice(77));
  return JSON.parse(new TextDecoder().decode(plain));
}

async function derive(own: CryptoKey, other: CryptoKey, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: other }, own, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: INFO }, material, { name: "AES-GCM", length: 256 }, false, [use],
  );
}

/** The op id's 16 bytes are authenticated, so a sealed operation cannot be passed off under another id. */
function parameters(nonce: Uint8Array, opId: string): AesGcmParams {
  return { name: "AES-GCM", iv: nonce as BufferSource, additionalData: fromBase64url(opId) as BufferSource };
}
