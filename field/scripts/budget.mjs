// First load at most 150 KB compressed apart from fonts: index.html, what it loads, one catalogue, the service worker.
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const dist = resolve(import.meta.dirname, "../dist");
const assets = readdirSync(join(dist, "assets"));
const html = readFileSync(join(dist, "index.html"), "utf8");
const linked = [...html.matchAll(/(?:src|href)="\/app\/(assets\/[^"]+)"/g)].map((m) => m[1]);
const catalogue = assets.filter((name) => /^vi-.*\.js$/.test(name)).map((name) => `assets/${name}`);
const files = ["index.html", "sw.js", ...new Set([...linked, ...catalogue])];
let total = 0;
for (const name of files) {
  const size = gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;
  total += size;
  console.log(`  ${(size / 1024).toFixed(1).padStart(6)} KB  ${name}`);
}
console.log(`  ${(total / 1024).toFixed(1).padStart(6)} KB  first load, gzip, fonts apart (limit 150)`);
// The lint sees our sources only; this sees what dependencies bring along. Object.hasOwn is filled in by store/old-browsers.ts.
const absent = /structuredClone\(|\.randomUUID\(|\.at\(-?\d|\.findLast\(|\.findLastIndex\(|\.toSorted\(|AbortSignal\.timeout|\(\?<[=!]/;
for (const name of [...assets.filter((one) => one.endsWith(".js")).map((one) => `assets/${one}`), "sw.js"]) {
  const found = absent.exec(readFileSync(join(dist, name), "utf8"));
  if (found) { console.error(`${name} uses ${found[0]}…, which Chrome 90 lacks`); process.exit(1); }
}
if (/<script(?![^>]*\ssrc=)/.test(html)) { console.error("inline script in index.html: the CSP forbids it"); process.exit(1); }
if (total > 150 * 1024) { console.error("over the budget"); process.exit(1); }
