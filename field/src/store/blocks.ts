import type { FieldDb } from "./db";
import type { Block, Row, StreamRecord } from "./types";
import type { Vault } from "./vault";

/**
 * Rows of the server, encrypted in blocks: a block holds the rows of one collection whose ids fall into one bucket.
 * A change rewrites a few small blocks; a cold start opens some hundred of them instead of thousands of rows.
 */
export const BUCKETS = 16;

export type Collections = Map<string, Map<string, Row>>;

export interface StreamState {
  record: StreamRecord;
  rows: Collections;
}

/** Rows whose ids share a bucket are stored together. */
export function bucketOf(id: string): number {
  let sum = 0;
  for (let at = Math.max(0, id.length - 8); at < id.length; at++) sum = (sum * 31 + id.charCodeAt(at)) >>> 0;
  return sum % BUCKETS;
}

/** Blocks touched by a change: collection → buckets. */
export type Touched = Map<string, Set<number>>;

export function touch(touched: Touched, collection: string, id: string): void {
  const buckets = touched.get(collection) ?? new Set<number>();
  buckets.add(bucketOf(id));
  touched.set(collection, buckets);
}

export async function loadStreams(db: FieldDb, vault: Vault): Promise<Map<string, StreamState>> {
  const [records, blocks] = await db.transaction("r", db.streams, db.blocks, () =>
    Promise.all([db.streams.toArray(), db.blocks.toArray()]),
  );
  const states = new Map<string, StreamState>(records.map((record) => [record.stream, { record, rows: new Map() }]));
  await Promise.all(
    blocks.map(async (block) => {
      const state = states.get(block.stream);
      if (!state) return;
      for (const row of await vault.open<Row[]>(block.box)) put(state.rows, block.collection, row);
    }),
  );
  return states;
}

export async function loadStream(db: FieldDb, vault: Vault, stream: string): Promise<StreamState | null> {
  const [record, blocks] = await db.transaction("r", db.streams, db.blocks, () =>
    Promise.all([db.streams.get(stream), db.blocks.where("stream").equals(stream).toArray()]),
  );
  if (!record) return null;
  const rows: Collections = new Map();
  for (const block of blocks) for (const row of await vault.open<Row[]>(block.box)) put(rows, block.collection, row);
  return { record, rows };
}

export function put(rows: Collections, collection: string, row: Row): void {
  const table = rows.get(collection) ?? new Map<string, Row>();
  table.set(String(row[0]), row);
  rows.set(collection, table);
}

/** The blocks of `state` named by `touched`, encrypted; do this before the transaction (WebCrypto would end it). */
export async function sealBlocks(vault: Vault, state: StreamState, touched: Touched): Promise<Block[]> {
  const found: { collection: string; bucket: number; rows: Row[] }[] = [];
  for (const [collection, buckets] of touched) {
    const split = new Map<number, Row[]>([...buckets].map((bucket) => [bucket, []]));
    for (const [id, row] of state.rows.get(collection) ?? []) split.get(bucketOf(id))?.push(row);
    for (const [bucket, rows] of split) found.push({ collection, bucket, rows });
  }
  return Promise.all(
    found.map(async ({ collection, bucket, rows }) => ({
      stream: state.record.stream, collection, bucket, box: await vault.close(rows),
    })),
  );
}

export function everything(rows: Collections): Touched {
  const touched: Touched = new Map();
  for (const [collection, table] of rows) for (const id of table.keys()) touch(touched, collection, id);
  return touched;
}
