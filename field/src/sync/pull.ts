import * as digest from "../core/digest";
import { everything, loadStream, put, sealBlocks, touch, type Collections, type StreamState, type Touched } from "../store/blocks";
import type { OutboxRecord, Row, StreamRecord } from "../store/types";
import { getMeta, setMeta } from "../store/db";
import { heard, type SyncContext } from "./context";
import { Refusal, type Answer } from "./http";
import { applyVerdict, reoffer, settle, type Standing } from "./outcomes";
import { streamName } from "./streams";
import { objects, type Verdict } from "./tables";
import type { PullAnswer } from "./wire";

export type PullOutcome =
  | { stream: string; kind: "same" | "changed"; restored: boolean }
  | { stream: string; kind: "ended"; successors: string[] }
  | { stream: string; kind: "not_yours" };

/** Another tab wrote this stream since it was read here. */
export class Stale extends Error {}

const PREFIXES: Record<string, string> = { cell: "cells", unit: "units", user: "users" };

export function pathOf(stream: string): string {
  const colon = stream.indexOf(":");
  if (colon < 0) return `/api/v1/${encodeURIComponent(stream)}`;
  const kind = stream.slice(0, colon);
  return `/api/v1/${PREFIXES[kind] ?? kind}/${encodeURIComponent(stream.slice(colon + 1))}`;
}

/** Brings one stream up to date: a snapshot the first time, then pages of changes, compared by digest at the end. */
export async function pullStream(context: SyncContext, stream: string, afresh = false): Promise<PullOutcome> {
  let restored = false;
  let changed = false;
  let startOver = afresh;
  try {
    for (;;) {
      const state = context.states.get(stream) ?? null;
      let fresh = startOver || !state;
      let answer = fresh ? null : await ask(context, stream, state!);
      if (!answer || mustStartOver(state!, answer.body)) {
        restored = restored || (!fresh && (!answer || answer.body.epoch !== state!.record.epoch));
        fresh = true;
        answer = await context.http.get<PullAnswer>(`${pathOf(stream)}/snapshot`);
      }
      const { body, middle } = answer;
      // A snapshot may have been stored a while ago, with the time and the head of then: its clock is not heard.
      if (!fresh) await heard(context, body.now, middle);
      const next = applyAnswer(fresh ? null : state, body, context.now());
      restored = restored || (fresh && !!state && state.record.epoch !== body.epoch);
      await keep(context, state, next, fresh, restored);
      changed = changed || fresh || !!body.rows || !!body.gone;
      if (body.more || (fresh && (body.seq < body.head || (await isOld(context, body.now, middle))))) {
        startOver = false;
        continue;
      }
      if (!body.digest || body.digest === next.state.record.digest) break;
      await report(context, body, next.state.record.digest);
      if (fresh) break; // a fresh snapshot that differs too: reported, nothing better to be had
      startOver = true;
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.problem.code === "stream_ended" || error.status === 410) {
      const successors = error.problem.params.successors as unknown;
      return { stream, kind: "ended", successors: namesOf(successors) };
    }
    if (error.problem.code === "stream_not_yours" || error.status === 403) return { stream, kind: "not_yours" };
    throw error;
  }
  return { stream, kind: changed ? "changed" : "same", restored };
}

const FRESH_MS = 5_000;

/** Whether a snapshot was made before it was asked for, by the server's clock: then the tail of changes follows at once. */
async function isOld({ db }: SyncContext, madeAt: number, middle: number): Promise<boolean> {
  const offset = (await getMeta(db, "clock"))?.offset_ms;
  return offset === null || offset === undefined || middle + offset - madeAt > FRESH_MS;
}

function namesOf(successors: unknown): string[] {
  const list = Array.isArray(successors) ? successors : typeof successors === "string" ? successors.split(/[\s,]+/) : [];
  return list.filter((name): name is string => typeof name === "string" && !!name).map((name) => streamName(name.includes(":") ? name : `cell:${name}`));
}

/** The answer, or null where only a snapshot helps. */
async function ask(context: SyncContext, stream: string, state: StreamState): Promise<Answer<PullAnswer> | null> {
  const { seq, epoch, since } = state.record;
  const query = `after=${seq}&epoch=${encodeURIComponent(epoch)}${since ? `&since=${since}` : ""}`;
  try {
    return await context.http.get<PullAnswer>(`${pathOf(stream)}/changes?${query}`);
  } catch (error) {
    if (error instanceof Refusal && (error.problem.code === "cursor_ahead" || error.status === 409)) return null;
    throw error;
  }
}

function mustStartOver(state: StreamState, answer: PullAnswer): boolean {
  if (answer.epoch !== state.record.epoch || answer.seq < state.record.seq) return true;
  for (const [collection, { fields }] of Object.entries(answer.rows ?? {})) {
    const known = state.record.fields[collection];
    // Rows stored under another list of fields would be hashed as they were: take them anew.
    if (known && known.join() !== fields.join() && state.rows.get(collection)?.size) return true;
  }
  return false;
}

export interface Applied {
  state: StreamState;
  touched: Touched;
}

/** The stream after an answer: rows put over what is there, what is gone dropped, the digest carried along. Pure. */
export function applyAnswer(before: StreamState | null, answer: PullAnswer, nowMs: number): Applied {
  const rows: Collections = new Map(before?.rows ?? []);
  const touched: Touched = new Map();
  const fields: StreamRecord["fields"] = { ...before?.record.fields };
  let sum = before ? digest.decode(before.record.digest) : digest.decode("0000000000000000");
  const own = new Set<string>();
  const writable = (collection: string): Map<string, Row> => {
    if (!own.has(collection)) {
      rows.set(collection, new Map(rows.get(collection) ?? []));
      own.add(collection);
    }
    return rows.get(collection)!;
  };
  for (const [collection, part] of Object.entries(answer.rows ?? {})) {
    fields[collection] = part.fields;
    const table = writable(collection);
    for (const row of part.rows) {
      const id = String(row[0]);
      const old = table.get(id);
      if (old) sum = digest.sub(sum, digest.rowHash(collection, old as never));
      sum = digest.add(sum, digest.rowHash(collection, row as never));
      put(rows, collection, row);
      touch(touched, collection, id);
    }
  }
  for (const [collection, ids] of Object.entries(answer.gone ?? {})) {
    const table = writable(collection);
    for (const id of ids) {
      const old = table.get(id);
      if (!old) continue;
      sum = digest.sub(sum, digest.rowHash(collection, old as never));
      table.delete(id);
      touch(touched, collection, id);
    }
  }
  const record: StreamRecord = {
    stream: streamName(answer.stream), epoch: answer.epoch, seq: answer.seq, durable_seq: answer.durable_seq,
    since: answer.since ?? before?.record.since ?? null, digest: digest.encode(sum), fields, pulled_ms: nowMs,
  };
  return { state: { record, rows }, touched };
}

/**
 * Rows and cursor in one transaction. A restored server is noted in the same one: all held streams have to be taken
 * afresh before the outbox is offered again, also if the app is killed in between.
 */
async function keep(
  context: SyncContext, expected: StreamState | null, next: Applied, fresh: boolean, restored: boolean,
): Promise<void> {
  const { db, vault } = context;
  const { record } = next.state;
  const blocks = await sealBlocks(vault, next.state, fresh ? everything(next.state.rows) : next.touched);
  await db.transaction("rw", db.streams, db.blocks, db.meta, async () => {
    const held = await db.streams.get(record.stream);
    const moved = (held?.seq ?? -1) !== (expected?.record.seq ?? -1) || (held?.epoch ?? "") !== (expected?.record.epoch ?? "");
    if (moved) throw new Stale();
    if (fresh) await db.blocks.where("stream").equals(record.stream).delete();
    await db.blocks.bulkPut(blocks);
    await db.streams.put(record);
    const noted = await getMeta(db, "restored");
    if (restored && !noted) {
      const others = (await db.streams.toArray()).map((one) => one.stream).filter((stream) => stream !== record.stream);
      await setMeta(db, "restored", others);
    } else if (fresh && noted) await setMeta(db, "restored", noted.filter((stream) => stream !== record.stream));
  });
  context.states.set(record.stream, next.state);
}

/** Once every held stream was taken afresh after a restore: the outbox is offered again. Returns how many operations. */
export async function offerAgain({ db }: SyncContext): Promise<number> {
  return db.transaction("rw", db.outbox, db.meta, async () => {
    if (!(await getMeta(db, "restored"))) return 0;
    let count = 0;
    for (const entry of await db.outbox.where("state").anyOf("accepted", "refused").toArray()) {
      const again = reoffer(entry);
      if (again === entry) continue;
      await db.outbox.put(again);
      count++;
    }
    await db.meta.delete("restored");
    return count;
  });
}

async function report(context: SyncContext, answer: PullAnswer, found: string): Promise<void> {
  try {
    await context.http.post("/api/v1/reports", {
      stream: answer.stream, seq: answer.seq, kind: "digest_mismatch", expected: answer.digest, found,
    });
  } catch {
    // a report is a courtesy; the snapshot that follows is what heals
  }
}

/** Drops a stream's rows from the phone; the outbox stays. */
export async function forget({ db, states }: SyncContext, stream: string): Promise<void> {
  await db.transaction("rw", db.streams, db.blocks, async () => {
    await db.blocks.where("stream").equals(stream).delete();
    await db.streams.delete(stream);
  });
  states.delete(stream);
}

/** Another tab wrote: read the stream again. */
export async function reload(context: SyncContext, stream: string): Promise<void> {
  const state = await loadStream(context.db, context.vault, stream);
  if (state) context.states.set(stream, state);
  else context.states.delete(stream);
}

export function standings(states: Map<string, StreamState>): Map<string, Standing> {
  return new Map([...states].map(([stream, { record }]) => [stream, record]));
}

/** After pulling: closes what is pulled and durable, follows verdicts, keeps the log bounded. */
export async function settleOutbox(context: SyncContext, limits = { closed: 300, accepted: 5000 }): Promise<Verdict[]> {
  const { db, states } = context;
  const verdicts = [...states.values()]
    .filter(({ record }) => record.stream.startsWith("user:"))
    .flatMap((state) => objects<Verdict>(state, "verdicts"));
  const byOp = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  const followed: Verdict[] = [];
  await db.transaction("rw", db.outbox, db.meta, async () => {
    // Until everything is offered again, a restored server's durable marks close nothing.
    const known = (await getMeta(db, "restored")) ? new Map<string, Standing>() : standings(states);
    const records = await db.outbox.toArray();
    const kept: OutboxRecord[] = [];
    for (const record of records) {
      const verdict = byOp.get(record.op_id);
      let next = settle(record, known);
      if (verdict) next = applyVerdict(next, verdict.verdict);
      if (next !== record) {
        await db.outbox.put(next);
        if (verdict) followed.push(verdict);
      }
      kept.push(next);
    }
    for (const [state, limit] of [["closed", limits.closed], ["accepted", limits.accepted]] as const) {
      const old = kept.filter((record) => record.state === state && !record.discard_due).sort((a, b) => b.n! - a.n!).slice(limit);
      await db.outbox.bulkDelete(old.map((record) => record.n!));
    }
  });
  return followed;
}
