import { getMeta, setMeta, type FieldDb } from "../store/db";
import type { StreamState } from "../store/blocks";
import type { ClockState, Session } from "../store/types";
import type { Vault } from "../store/vault";
import type { Http } from "./http";

/** What the work of sync needs; one per tab. `states` mirrors the stored streams and is reloaded when another tab wrote. */
export interface SyncContext {
  db: FieldDb;
  vault: Vault;
  http: Http;
  now: () => number;
  states: Map<string, StreamState>;
}

export const NO_CLOCK: ClockState = { hlc: "0000000000000000", offset_ms: null, contact_at: null };

/** The server's time was heard: keep the offset of this phone's clock. */
export async function heard(context: { db: FieldDb }, serverNow: number, middle: number): Promise<void> {
  if (!Number.isFinite(serverNow)) return;
  await context.db.transaction("rw", context.db.meta, async () => {
    const clock = (await getMeta(context.db, "clock")) ?? NO_CLOCK;
    await setMeta(context.db, "clock", { ...clock, offset_ms: Math.round(serverNow - middle), contact_at: serverNow });
  });
}

export async function markSignedOut(context: { db: FieldDb }): Promise<void> {
  await context.db.transaction("rw", context.db.meta, async () => {
    const session = await getMeta(context.db, "session");
    if (session && !session.signed_out) await setMeta(context.db, "session", { ...session, signed_out: true });
  });
}

/** Adds something the app has to say once. */
export async function tell(context: { db: FieldDb }, key: string, params: Record<string, string>): Promise<void> {
  await context.db.transaction("rw", context.db.meta, async () => {
    const news = (await getMeta(context.db, "news")) ?? [];
    await setMeta(context.db, "news", [...news.slice(-9), { key, params }]);
  });
}

export function readSession(db: FieldDb): Promise<Session | undefined> {
  return getMeta(db, "session");
}
