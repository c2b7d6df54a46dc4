// The app over a server in memory, for looking at screens without the real one: npm run simulate [-- PORT HOUSEHOLDS]
// Codes 111111 and 222222; thanhvien1 / demo-to-so. POST /sim/revoke, /sim/take-cell, /sim/restore, /sim/backup for the rarer turns.
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join, normalize, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { createServer as createVite } from "vite";

const root = resolve(import.meta.dirname, "..");
const dist = join(root, "dist");
const [port = "5199", households = "431"] = process.argv.slice(2);
const vite = await createVite({ root, configFile: join(root, "vitest.config.ts"), server: { middlewareMode: true, hmr: false, ws: false, watch: null }, appType: "custom", logLevel: "error" });
const { seed } = await vite.ssrLoadModule("/src/testing/seed.ts");
const { server, cell, users } = seed(Number(households), 4);
const problems = join(root, "../locale/vi/problems.json");
const sentences = existsSync(problems) ? JSON.parse(readFileSync(problems, "utf8")) : {};
server.sentence = (code, part) => sentences[`${code}.${part}`] ?? `${code}.${part}`;
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".woff": "font/woff", ".webmanifest": "application/manifest+json" };
const CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'";

createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => void answer(request, response, url, Buffer.concat(chunks)));
}).listen(Number(port), "127.0.0.1", () => console.log(`simulator: http://127.0.0.1:${port}/app/  codes 111111, 222222`));

async function answer(request, response, url, raw) {
  if (url.pathname.startsWith("/sim/")) return control(url.pathname.slice(5), response);
  if (url.pathname.startsWith("/api/")) {
    const body = raw.length ? JSON.parse(request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw) : null;
    const token = request.headers.authorization?.slice(7) ?? null;
    const done = await server.handle({ method: request.method, path: url.pathname, query: url.searchParams, token, body });
    response.writeHead(done.status, { "Content-Type": done.status < 300 ? "application/json" : "application/problem+json" });
    return response.end(done.status === 204 ? undefined : JSON.stringify(done.body));
  }
  if (!url.pathname.startsWith("/app")) return response.writeHead(302, { Location: "/app/" }).end();
  const asked = normalize(url.pathname.slice(5) || "index.html").replace(/^(\.\.[/\\])+/, "");
  const file = join(dist, asked);
  if (!file.startsWith(dist) || !existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": CSP, "Cache-Control": "no-cache" });
  response.end(readFileSync(file));
}

function control(what, response) {
  if (what === "revoke") for (const held of server.tokens.values()) held.revoked = true;
  else if (what === "take-cell") users[0].cells = [];
  else if (what === "give-cell") users[0].cells = [cell];
  else if (what === "backup") server.saveBackup();
  else if (what === "restore") server.restore();
  else if (what === "visits") return response.end(JSON.stringify(Object.values(server.stream(`cell:${cell}`).rows.visits ?? {})));
  response.end("ok\n");
}
