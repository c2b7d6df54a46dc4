/// <reference lib="webworker" />
import "../store/old-browsers";
import { createHandlerBoundToURL, precacheAndRoute, cleanupOutdatedCaches } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { FieldDb, getMeta } from "../store/db";
import { tryLocked } from "../store/locks";
import { Http } from "../sync/http";
import { pushSealed, unsent } from "../sync/push";

declare const self: ServiceWorkerGlobalScope;

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
// Every address of the app is the same page; what is shown stands behind the `#`.
registerRoute(new NavigationRoute(createHandlerBoundToURL("index.html")));

// The Khmer font is fetched when Khmer is first chosen and kept from then on.
registerRoute(
  ({ url }) => url.origin === self.location.origin && url.pathname.endsWith(".woff2"),
  async ({ request }) => {
    const cache = await caches.open("fonts");
    const kept = await cache.match(request);
    if (kept) return kept;
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  },
);

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => { if (event.data === "skip-waiting") void self.skipWaiting(); });

interface SyncEvent extends ExtendableEvent { tag: string }

// Background sync sends what was sealed when it was recorded: it needs no key and no open app.
self.addEventListener("sync" as "message", ((event: SyncEvent) => {
  if (event.tag === "toso-push") event.waitUntil(pushInBackground());
}) as unknown as (event: ExtendableMessageEvent) => void);

async function pushInBackground(): Promise<void> {
  const db = new FieldDb();
  try {
    const http = new Http({ token: async () => (await getMeta(db, "session"))?.token ?? null });
    const ran = await tryLocked(db, "sync", () => pushSealed(db, http));
    for (const client of await self.clients.matchAll()) client.postMessage("toso-pushed");
    // Another try is the browser's to give: a rejected promise asks for it.
    if (!ran && (await unsent(db))) throw new Error("the app is sending");
  } finally {
    db.close();
  }
}
