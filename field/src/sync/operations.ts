import * as hlc from "../core/hlc";
import { newId } from "../core/ids";
import { getMeta, setMeta, type FieldDb } from "../store/db";
import type { OutboxRecord } from "../store/types";
import type { Vault } from "../store/vault";
import { NO_CLOCK } from "./context";
import { closed } from "./outcomes";
import { seal } from "./seal";
import type { Kind, KindData, Operation } from "./wire";

export interface RecordOptions {
  cell: string | null;
  baseSeq: number;
  /** A stated day, from paper. */
  day?: string | null;
  /** The refused operation that this one stands in for. */
  replaces?: string | null;
  /** The draft that became this operation: goes in the same transaction. */
  draft?: string;
  sealKey: string | null;
  now?: () => number;
}

class ClockMoved extends Error {}

/**
 * Records one act: sealed for the server, readable copy encrypted, both written with the clock in one transaction.
 * When this resolves the act survives a kill; when it rejects nothing was written and the draft is still there.
 */
export async function record<K extends Kind>(
  db: FieldDb, vault: Vault, kind: K, data: KindData[K], options: RecordOptions,
): Promise<Operation<K>> {
  const now = options.now ?? Date.now;
  for (let attempt = 0; ; attempt++) {
    const clock = (await getMeta(db, "clock")) ?? NO_CLOCK;
    const phone = now();
    const made = hlc.encode(hlc.tick(hlc.decode(clock.hlc), Math.max(0, phone + (clock.offset_ms ?? 0))));
    const opId = newId();
    const operation = {
      op_id: opId, kind, cell: options.cell, base_seq: options.baseSeq, made_at: made, phone_at: phone,
      offset_ms: clock.offset_ms, contact_at: clock.contact_at, day: options.day ?? null, replaces: options.replaces ?? null, data,
    } as unknown as Operation<K>;
    const [sealed, box] = await Promise.all([
      options.sealKey ? seal(options.sealKey, opId, operation) : null,
      vault.close(operation),
    ]);
    const entry: OutboxRecord = {
      op_id: opId, kind, state: "waiting", made_ms: phone, tries: 0, stream: null, seq: null, lost: [], problem: null,
      blocking: null, replaces: options.replaces ?? null, ending: null, discard_due: 0, sealed, box,
    };
    try {
      await db.transaction("rw", db.outbox, db.meta, db.drafts, async () => {
        const held = (await getMeta(db, "clock")) ?? NO_CLOCK;
        if (held.hlc !== clock.hlc) throw new ClockMoved(); // another tab recorded meanwhile
        await setMeta(db, "clock", { ...held, hlc: made });
        await db.outbox.add(entry);
        if (options.draft) await db.drafts.delete(options.draft);
        if (options.replaces) {
          const old = await db.outbox.where("op_id").equals(options.replaces).first();
          if (old && old.state === "refused") await db.outbox.put(closed(old, "replaced"));
        }
      });
      return operation;
    } catch (error) {
      if (!(error instanceof ClockMoved) || attempt >= 9) throw error;
    }
  }
}

/**
 * What a revoked device deposited stands in quarantine. When the same person signs in anew, it is sent as theirs again:
 * the same act with the same clock, under a new op id that replaces the refused one.
 */
export async function resubmitRevoked(db: FieldDb, vault: Vault, sealKey: string | null): Promise<number> {
  const refused = (await db.outbox.where("state").equals("refused").toArray()).filter((entry) => entry.problem?.code === "device_revoked" && entry.box);
  for (const entry of refused) {
    const operation = { ...(await vault.open<Operation>(entry.box!)), op_id: newId(), replaces: entry.op_id };
    const [sealed, box] = await Promise.all([sealKey ? seal(sealKey, operation.op_id, operation) : null, vault.close(operation)]);
    const { n: _n, ...rest } = entry;
    await db.transaction("rw", db.outbox, async () => {
      await db.outbox.put(closed(entry, "replaced"));
      await db.outbox.add({ ...rest, op_id: operation.op_id, state: "waiting", tries: 0, problem: null, replaces: entry.op_id, sealed, box });
    });
  }
  return refused.length;
}

/** Takes back an act that certainly never left the phone; false when it may have been sent. */
export async function withdraw(db: FieldDb, opId: string): Promise<boolean> {
  return db.transaction("rw", db.outbox, async () => {
    const entry = await db.outbox.where("op_id").equals(opId).first();
    if (!entry || entry.tries > 0 || entry.state !== "waiting") return false;
    await db.outbox.delete(entry.n!);
    return true;
  });
}

/** Gives up a refused operation and what waits for it; the server is told at the next push. */
export async function discard(db: FieldDb, opId: string): Promise<number> {
  return db.transaction("rw", db.outbox, async () => {
    const all = await db.outbox.toArray();
    const doomed = new Set([opId]);
    for (let grew = true; grew; ) {
      grew = false;
      for (const entry of all) {
        if (entry.state === "blocked" && entry.blocking && doomed.has(entry.blocking) && !doomed.has(entry.op_id)) {
          doomed.add(entry.op_id);
          grew = true;
        }
      }
    }
    let count = 0;
    for (const entry of all) {
      if (!doomed.has(entry.op_id) || (entry.state !== "refused" && entry.state !== "blocked")) continue;
      await db.outbox.put({ ...closed(entry, "discarded"), discard_due: 1 });
      count++;
    }
    return count;
  });
}
