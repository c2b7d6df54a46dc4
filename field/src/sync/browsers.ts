/** Browsers inside other apps: storage vanishes there and nothing can be installed, so nothing is written. Pure. */

export type Host = "zalo" | "facebook" | "messenger" | "instagram" | "tiktok" | "line" | "other";

const HOSTS: [Host, RegExp][] = [
  ["zalo", /\bZalo(?:Theme|Language|App|\/|\s|iOS|Android)?/i],
  ["messenger", /\bMessenger(?:ForiOS|LiteForiOS)?\b|FB_IAB\/(?:MESSENGER|Orca)|FBAN\/Messenger/i],
  ["instagram", /\bInstagram\b/i],
  ["facebook", /\bFB_IAB\/|\bFBAN\/|\bFBAV\/|\bFB4A\b/i],
  ["tiktok", /\bmusical_ly|\bBytedanceWebview|\bTikTok|\btrill_|\bByteLocale/i],
  ["line", /\bLine\//],
  ["other", /\bGSA\/|\bTwitter\b|\bPinterest\/|\bViber\b|\bTelegram\b|\bMicroMessenger\b|\bSnapchat\b|; wv\)/i],
];

/** The app whose built-in browser this is; null for a real browser. */
export function insideApp(userAgent: string): Host | null {
  for (const [host, pattern] of HOSTS) if (pattern.test(userAgent)) return host;
  return null;
}

export function isIphone(userAgent: string): boolean {
  return /iPhone|iPad|iPod/.test(userAgent);
}

/** An address that makes Android open the page in Chrome; other browsers take the plain address after the fallback. */
export function openOutside(address: string): string {
  const url = new URL(address);
  // A fragment cannot travel in an intent address: the enrolment code goes as a query and is put back by main.tsx.
  if (/^#enrol=\d{6}$/.test(url.hash)) {
    url.searchParams.set("enrol", url.hash.slice(7));
    url.hash = "";
  }
  const plain = `${url.host}${url.pathname}${url.search}`;
  const fallback = encodeURIComponent(`${url.origin}${url.pathname}${url.search}${url.hash}`);
  return `intent://${plain}#Intent;scheme=${url.protocol.replace(":", "")};action=android.intent.action.VIEW;` +
    `category=android.intent.category.BROWSABLE;S.browser_fallback_url=${fallback};end`;
}
