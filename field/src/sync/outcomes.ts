/** What becomes of an outbox record: pure transitions, so that a kill between any two writes leaves a state that is named here. */
import type { OutboxRecord, ProblemText } from "../store/types";
import { streamName } from "./streams";
import type { OpResult } from "./wire";

/** The record after the server's answer. An unknown status leaves it waiting: newer servers may say more, nothing gets lost. */
export function applyResult(record: OutboxRecord, result: OpResult): OutboxRecord {
  if (record.state === "closed" || record.state === "accepted") return record; // an older answer that came late
  switch (result.status) {
    case "accepted":
    case "duplicate":
    case "conflict":
      if (typeof result.seq !== "number" || !result.stream) return record;
      return {
        ...record, state: "accepted", stream: streamName(result.stream), seq: result.seq, lost: result.lost ?? [], problem: null, blocking: null,
      };
    case "refused":
      return { ...record, state: "refused", problem: problemOf(result), blocking: null };
    case "blocked_by":
      return { ...record, state: "blocked", problem: problemOf(result), blocking: result.op_id_blocking ?? null };
    default:
      return record;
  }
}

export function problemOf(result: Partial<ProblemText>): ProblemText {
  return { code: result.code ?? "", title: result.title ?? "", detail: result.detail ?? "", params: result.params ?? {} };
}

export interface Standing {
  epoch: string;
  seq: number;
  durable_seq: number;
}

/** True while an operation has to be laid over the rows. */
export function isLaid(record: OutboxRecord, streams: Map<string, Standing>): boolean {
  if (record.state === "waiting" || record.state === "blocked") return true;
  if (record.state !== "accepted" || !record.stream || record.seq === null) return false;
  const standing = streams.get(record.stream);
  return !!standing && standing.seq < record.seq;
}

/** After a pull: an accepted operation whose seq is pulled and durable has done its duty. */
export function settle(record: OutboxRecord, streams: Map<string, Standing>): OutboxRecord {
  if (record.state !== "accepted" || !record.stream || record.seq === null) return record;
  const standing = streams.get(record.stream);
  if (!standing || standing.seq < record.seq || standing.durable_seq < record.seq) return record;
  return closed(record, "done");
}

/**
 * After a restore of the server: what it may have lost is offered again, under the same op id. That is every operation
 * still in the log as accepted – what was seen durable before has left it, and a restored server counts anew, so its own
 * durable mark says nothing about them – and every refused one still without a verdict.
 */
export function reoffer(record: OutboxRecord): OutboxRecord {
  if (record.state === "refused") return { ...record, state: "waiting", problem: null };
  if (record.state !== "accepted" || record.seq === null) return record;
  return { ...record, state: "waiting", stream: null, seq: null, lost: [] };
}

/** The verdict of the leader over a refused operation. */
export function applyVerdict(record: OutboxRecord, verdict: string): OutboxRecord {
  if (record.state !== "refused" && record.state !== "blocked") return record;
  if (/^releas/.test(verdict)) return closed(record, "released");
  if (/^discard/.test(verdict)) return closed(record, "discarded");
  if (/^replac/.test(verdict)) return closed(record, "replaced");
  return record;
}

export function closed(record: OutboxRecord, ending: OutboxRecord["ending"]): OutboxRecord {
  return { ...record, state: "closed", ending, sealed: null, box: null };
}

/** What a push takes next: waiting ones in order, then blocked ones whose obstacle is out of the way. */
export function nextBatch(records: OutboxRecord[], size: number, skip: Set<string> = new Set()): OutboxRecord[] {
  const byId = new Map(records.map((record) => [record.op_id, record]));
  const inOrder = [...records].sort((a, b) => (a.n ?? 0) - (b.n ?? 0));
  const waiting = inOrder.filter((record) => record.state === "waiting");
  const freed = inOrder.filter((record) => {
    if (record.state !== "blocked") return false;
    const obstacle = record.blocking ? byId.get(record.blocking) : undefined;
    return !obstacle || obstacle.state === "accepted" || obstacle.state === "closed";
  });
  return [...waiting, ...freed].filter((record) => !skip.has(record.op_id)).slice(0, size);
}

export interface Counts {
  waiting: number;
  attention: number;
  blocked: number;
}

export function count(records: OutboxRecord[]): Counts {
  const counts = { waiting: 0, attention: 0, blocked: 0 };
  for (const record of records) {
    if (record.state === "waiting") counts.waiting++;
    else if (record.state === "refused") counts.attention++;
    else if (record.state === "blocked") counts.blocked++;
  }
  return counts;
}
