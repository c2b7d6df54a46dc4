import { getMeta, setMeta, type FieldDb } from "../store/db";
import type { OutboxRecord } from "../store/types";
import type { Vault } from "../store/vault";
import { heard, markSignedOut } from "./context";
import { Refusal, type Http } from "./http";
import { applyResult, closed, nextBatch, problemOf } from "./outcomes";
import type { Operation, PushAnswer, SealedOperation } from "./wire";

export const LARGEST_BATCH = 100;
const FIRST_BATCH = 40;

export interface PushOutcome {
  sent: number;
  /** How many records changed their state. */
  changed: number;
  signedOut: boolean;
}

export interface PushContext {
  db: FieldDb;
  http: Http;
  /** Without a vault (background, locked phone) sealed operations are sent. */
  vault: Vault | null;
  now: () => number;
}

/**
 * Sends what waits, batch by batch. Each operation goes at most once per call. A batch is marked as tried before it
 * leaves, and each answer is written with the state it causes: a kill at any point repeats, never loses or doubles.
 */
export async function push(context: PushContext): Promise<PushOutcome> {
  const outcome: PushOutcome = { sent: 0, changed: 0, signedOut: false };
  const offered = new Set<string>();
  let size = FIRST_BATCH;
  for (;;) {
    const batch = await take(context, size, offered);
    if (!batch.length) break;
    const operations: (Operation | SealedOperation)[] = [];
    for (const record of batch) {
      const wire = await onTheWire(record, context.vault);
      if (wire) operations.push(wire);
    }
    for (const record of batch) offered.add(record.op_id);
    if (!operations.length) continue;
    try {
      const answer = await context.http.post<PushAnswer>("/api/v1/operations", { operations }, true);
      await heard(context, answer.body.now, answer.middle);
      outcome.sent += operations.length;
      outcome.changed += await keepResults(context.db, answer.body);
      if (answer.body.results.some((result) => result.code === "device_revoked")) {
        // Deposited in quarantine; the rest stays here for the same person's next sign-in.
        await markSignedOut(context);
        return { ...outcome, signedOut: true };
      }
      size = nextSize(size, answer.took);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.signedOut) {
        await markSignedOut(context);
        return { ...outcome, signedOut: true };
      }
      if (error.status === 403) throw error;
      if (batch.length === 1) {
        // The server cannot even read this one request: show its sentence instead of trying for ever.
        await context.db.outbox.update(batch[0]!.n!, { state: "refused", problem: problemOf(error.problem) });
        outcome.changed++;
      } else {
        for (const record of batch) offered.delete(record.op_id);
        size = Math.max(1, Math.floor(batch.length / 2));
      }
    }
  }
  await tellDiscards(context);
  if (!(await unsent(context.db))) await setMeta(context.db, "all_sent_ms", context.now());
  return outcome;
}

export function nextSize(size: number, took: number): number {
  if (took < 2_000) return Math.min(LARGEST_BATCH, size * 2);
  if (took > 10_000) return Math.max(5, Math.floor(size / 2));
  return size;
}

async function take({ db }: PushContext, size: number, offered: Set<string>): Promise<OutboxRecord[]> {
  return db.transaction("rw", db.outbox, async () => {
    const batch = nextBatch(await db.outbox.toArray(), size, offered);
    for (const record of batch) await db.outbox.update(record.n!, { tries: record.tries + 1 });
    return batch;
  });
}

async function onTheWire(record: OutboxRecord, vault: Vault | null): Promise<Operation | SealedOperation | null> {
  if (vault && record.box) {
    try {
      return await vault.open<Operation>(record.box);
    } catch {
      // closed with a key this phone no longer has: the sealed form still says it all
    }
  }
  return record.sealed ? { op_id: record.op_id, sealed: record.sealed } : null;
}

async function keepResults(db: FieldDb, answer: PushAnswer): Promise<number> {
  return db.transaction("rw", db.outbox, async () => {
    let changed = 0;
    for (const result of answer.results) {
      const record = await db.outbox.where("op_id").equals(result.op_id).first();
      if (!record) continue;
      const next = applyResult(record, result);
      if (next === record) continue;
      await db.outbox.put(next);
      changed++;
    }
    return changed;
  });
}

/** A refused operation that was discarded here is closed in the server's quarantine too. */
async function tellDiscards({ db, http }: PushContext): Promise<void> {
  for (const record of await db.outbox.where("discard_due").equals(1).toArray()) {
    try {
      await http.post(`/api/v1/quarantine/${record.op_id}`, { verdict: "discard", reason: "author" });
    } catch (error) {
      if (!(error instanceof Refusal) || error.signedOut) throw error;
      // not there, or the leader's to decide: nothing more to do from here
    }
    await db.outbox.put({ ...closed(record, "discarded"), discard_due: 0 });
  }
}

export async function unsent(db: FieldDb): Promise<number> {
  return db.outbox.where("state").anyOf("waiting", "refused", "blocked").count();
}

/** Background sync: sends sealed what it cannot read. Runs in the service worker. */
export async function pushSealed(db: FieldDb, http: Http, now: () => number = Date.now): Promise<PushOutcome> {
  const session = await getMeta(db, "session");
  if (!session || session.signed_out) return { sent: 0, changed: 0, signedOut: true };
  return push({ db, http, vault: null, now });
}
