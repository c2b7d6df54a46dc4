// House rules a linter does not know: 500 lines a file, no outside address, every sentence used exists.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const faults = [];
function* walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield path;
  }
}

const vi = JSON.parse(readFileSync(join(root, "../locale/vi/field.json"), "utf8"));
const used = new Set();
for (const path of walk(join(root, "src"))) {
  const name = relative(root, path);
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n").length;
  if (lines > 501) faults.push(`${name}: ${lines} lines, 500 is the limit`);
  for (const match of text.matchAll(/https?:\/\/([a-z0-9.-]+)/gi)) {
    if (!["127.0.0.1", "localhost", "www.w3.org", "phone.invalid"].includes(match[1])) faults.push(`${name}: outside address ${match[0]}`);
  }
  if (/\.tsx?$/.test(name)) for (const match of text.matchAll(/["'`]([a-z_]+(?:\.[a-z_0-9]+)+)["'`]/g)) used.add(match[1]);
}
const composed = JSON.parse(readFileSync(join(root, "scripts/composed-keys.json"), "utf8"));
for (const key of Object.keys(vi)) {
  if (!used.has(key) && !composed.some((prefix) => key.startsWith(prefix))) faults.push(`locale/vi/field.json: ${key} is used nowhere`);
}
for (const lang of ["km", "en"]) {
  const other = JSON.parse(readFileSync(join(root, `../locale/${lang}/field.json`), "utf8"));
  const holes = (s) => [...(s ?? "").matchAll(/\{([a-z][a-z0-9_]*)\}/g)].map((m) => m[1]).sort().join();
  for (const key of new Set([...Object.keys(vi), ...Object.keys(other)])) {
    if (!(key in vi)) faults.push(`${lang}: ${key} is not in Vietnamese`);
    else if (!other[key]) faults.push(`${lang}: ${key} is missing`);
    else if (holes(vi[key]) !== holes(other[key])) faults.push(`${lang}: ${key} has other placeholders`);
  }
}
if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
