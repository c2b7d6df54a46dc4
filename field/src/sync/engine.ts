import { getMeta, setMeta } from "../store/db";
import { tryLocked } from "../store/locks";
import { markSignedOut, readSession, tell, type SyncContext } from "./context";
import { Offline, Refusal } from "./http";
import { forget, offerAgain, pullStream, reload, settleOutbox, Stale, type PullOutcome } from "./pull";
import { push } from "./push";
import { refreshMe, wantedStreams } from "./session";

export interface Progress {
  step: "sending" | "who" | "catalogue" | "cell" | "team" | "done";
  name: string;
  done: number;
  of: number;
}

export interface RunResult {
  /** null: reached the server. */
  offline: Offline["why"] | null;
  /** Another tab is at it. */
  elsewhere: boolean;
  signedOut: boolean;
  changed: boolean;
  /** A refusal that concerns the whole request, not one operation. */
  refusal: Refusal | null;
}

export interface RunOptions {
  /** Ask /me as well: at start, after an enrolment, and every few hours. */
  who: boolean;
  progress?: (progress: Progress) => void;
}

/** One round: send, see what changed, send again what a restored server may have lost. One tab at a time. */
export async function run(context: SyncContext, options: RunOptions): Promise<RunResult> {
  const result: RunResult = { offline: null, elsewhere: false, signedOut: false, changed: false, refusal: null };
  const ran = await tryLocked(context.db, "sync", async () => {
    try {
      if (surelyOffline()) throw new Offline("network");
      await round(context, options, result);
    } catch (error) {
      if (error instanceof Offline) result.offline = error.why;
      else if (error instanceof Refusal && error.signedOut) {
        await markSignedOut(context);
        result.signedOut = true;
      } else if (error instanceof Refusal) result.refusal = error;
      else throw error;
    }
    return true;
  });
  result.elsewhere = !ran;
  return result;
}

/** Only a "no" of the browser can be believed; then nothing is tried, and what is undone never left. */
function surelyOffline(): boolean {
  // eslint-disable-next-line no-restricted-properties
  return typeof navigator !== "undefined" && navigator.onLine === false;
}

async function round(context: SyncContext, options: RunOptions, result: RunResult): Promise<void> {
  const before = await readSession(context.db);
  let session = before;
  if (!session) return;
  if (session.signed_out) {
    result.signedOut = true;
    return;
  }
  const progress = options.progress ?? (() => undefined);
  progress({ step: "sending", name: "", done: 0, of: 1 });
  const sent = await push(pushContext(context));
  result.changed = sent.changed > 0;
  if (sent.signedOut) {
    result.signedOut = true;
    return;
  }
  if (options.who || !session.streams.length) {
    progress({ step: "who", name: "", done: 0, of: 1 });
    session = await refreshMe(context);
  }
  let asked = options.who;
  const names = new Map<string, string>();
  const successors = new Set<string>();
  for (const cell of [...(before?.cells ?? []), ...session.cells]) names.set(`cell:${cell.id}`, cell.name);
  for (let attempt = 0; attempt < 3; attempt++) {
    const wanted = [...new Set([...wantedStreams(session), ...successors])];
    const outcomes = await pullAll(context, wanted, names, progress);
    for (const outcome of outcomes) if (outcome.kind === "ended") for (const stream of outcome.successors) successors.add(stream);
    result.changed = result.changed || outcomes.some((outcome) => outcome.kind !== "same");
    const lost = outcomes.filter((outcome) => outcome.kind === "not_yours" || outcome.kind === "ended");
    if (await afterRestore(context)) continue; // what was offered again has new numbers to be pulled
    if (!lost.length || asked) {
      await leave(context, lost, names);
      if (!outcomes.some((outcome) => outcome.kind === "ended")) break;
      continue;
    }
    session = await refreshMe(context);
    asked = true;
    await leave(context, lost, names);
  }
  const verdicts = await settleOutbox(context);
  for (const verdict of verdicts) {
    await tell(context, /^releas/.test(verdict.verdict) ? "news.released" : "news.discarded", { reason: verdict.reason ?? "" });
  }
  await setMeta(context.db, "first_sync_done", true);
  progress({ step: "done", name: "", done: 1, of: 1 });
}

function pushContext(context: SyncContext) {
  return { db: context.db, http: context.http, vault: context.vault, now: context.now };
}

async function pullAll(
  context: SyncContext, streams: string[], names: Map<string, string>, progress: (progress: Progress) => void,
): Promise<PullOutcome[]> {
  const outcomes: PullOutcome[] = [];
  let done = 0;
  const one = async (stream: string): Promise<void> => {
    const step = stream === "common" ? "catalogue" : stream.startsWith("cell:") ? "cell" : "team";
    const name = names.get(stream) ?? "";
    progress({ step, name, done, of: streams.length });
    outcomes.push(await pullFresh(context, stream));
    done++;
    progress({ step, name, done, of: streams.length });
  };
  // What the work at the door needs comes first; the streams of units and user follow side by side.
  const essential = streams.filter((stream) => stream === "common" || stream.startsWith("cell:"));
  for (const stream of essential) await one(stream);
  await Promise.all(streams.filter((stream) => !essential.includes(stream)).map(one));
  // Held here, wanted no more: the same as a stream that says so itself.
  for (const stream of context.states.keys()) {
    if (!streams.includes(stream)) outcomes.push({ stream, kind: "not_yours" });
  }
  return outcomes;
}

/** After a restore every held stream is taken afresh, then the outbox is offered again. True when anything was sent. */
async function afterRestore(context: SyncContext): Promise<boolean> {
  const noted = await getMeta(context.db, "restored");
  if (!noted) return false;
  for (const stream of noted) if (context.states.has(stream)) await pullFresh(context, stream, true);
  if (!(await offerAgain(context))) return false;
  await push(pushContext(context));
  return true;
}

async function pullFresh(context: SyncContext, stream: string, afresh = false): Promise<PullOutcome> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await pullStream(context, stream, afresh);
    } catch (error) {
      if (!(error instanceof Stale) || attempt >= 3) throw error;
      await reload(context, stream);
    }
  }
}

/** What was recorded in streams that are no longer ours is sent before their rows go. */
async function leave(context: SyncContext, lost: PullOutcome[], names: Map<string, string>): Promise<void> {
  const held = lost.filter((outcome) => context.states.has(outcome.stream));
  if (!held.length) return;
  await push(pushContext(context));
  for (const { stream, kind } of held) {
    await forget(context, stream);
    if (kind === "not_yours" && stream.startsWith("cell:")) await tell(context, "news.cell_removed", { name: names.get(stream) ?? "" });
  }
}

/** Seconds until the next try after so many failures in a row, with a spread so that phones do not come in step. */
export function backoff(failures: number, random: () => number = Math.random): number {
  const seconds = [5, 15, 60, 180, 300][Math.min(failures, 5) - 1] ?? 5;
  return Math.round(seconds * (0.75 + random() / 2));
}

export async function everSynced(context: SyncContext): Promise<boolean> {
  return (await getMeta(context.db, "first_sync_done")) === true;
}
