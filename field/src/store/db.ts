import Dexie, { type Table } from "dexie";
import type { Block, Draft, LockRow, MetaValues, OutboxRecord, StreamRecord } from "./types";

/** The one database of the app. Schema versions are additive: a new release must open the old one's outbox. */
export class FieldDb extends Dexie {
  meta!: Table<{ key: string; value: unknown }, string>;
  streams!: Table<StreamRecord, string>;
  blocks!: Table<Block, [string, string, number]>;
  outbox!: Table<OutboxRecord, number>;
  drafts!: Table<Draft, string>;
  locks!: Table<LockRow, string>;

  constructor(name = "toso-field") {
    super(name);
    this.version(1).stores({
      meta: "key",
      streams: "stream",
      blocks: "[stream+collection+bucket], stream",
      outbox: "++n, &op_id, state, discard_due",
      drafts: "id",
      locks: "name",
    });
  }
}

export async function getMeta<K extends keyof MetaValues>(db: FieldDb, key: K): Promise<MetaValues[K] | undefined> {
  return (await db.meta.get(key))?.value as MetaValues[K] | undefined;
}

export async function setMeta<K extends keyof MetaValues>(db: FieldDb, key: K, value: MetaValues[K]): Promise<void> {
  await db.meta.put({ key, value });
}

/** Whether this browser lets the app keep anything at all (in-app browsers and private windows may not). */
export async function storageWorks(): Promise<boolean> {
  if (typeof indexedDB === "undefined" || typeof crypto === "undefined" || !crypto.subtle) return false;
  const name = "toso-probe";
  try {
    return await new Promise<boolean>((done) => {
      const request = indexedDB.open(name);
      const timer = setTimeout(() => done(false), 4000);
      request.onerror = () => { clearTimeout(timer); done(false); };
      request.onsuccess = () => {
        clearTimeout(timer);
        request.result.close();
        indexedDB.deleteDatabase(name);
        done(true);
      };
    });
  } catch {
    return false;
  }
}
