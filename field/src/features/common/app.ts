/** The app of this tab: what is stored, what is under way, and the signals that the screens read. */
import { batch, computed, signal } from "@preact/signals";
import { vnDay } from "../../core/clock";
import { fold } from "../../core/text";
import { loadStreams } from "../../store/blocks";
import { FieldDb, getMeta, setMeta } from "../../store/db";
import type { MetaValues, OutboxRecord, Session } from "../../store/types";
import { openVault } from "../../store/vault";
import type { SyncContext } from "../../sync/context";
import { backoff, run, type Progress } from "../../sync/engine";
import { Http, type Offline, type Refusal } from "../../sync/http";
import { discard, record, withdraw } from "../../sync/operations";
import { count, isLaid } from "../../sync/outcomes";
import { overlay, type Laid } from "../../sync/overlay";
import { reload, standings } from "../../sync/pull";
import { statusOf } from "../../sync/status";
import { emptyTables, objects, tablesOf, type Member, type Service, type Tables } from "../../sync/tables";
import type { Kind, KindData, Operation } from "../../sync/wire";
import { clockTime, language } from "../../ui/i18n";

export let context: SyncContext;

export const session = signal<Session | null>(null);
export const firstSyncDone = signal(false);
export const records = signal<OutboxRecord[]>([]);
/** Readable operations of the outbox, by op id. */
export const operations = signal<ReadonlyMap<string, Operation>>(new Map());
export const news = signal<MetaValues["news"]>([]);
export const progress = signal<Progress | null>(null);
export const syncing = signal(false);
export const offline = signal<Offline["why"] | null>(null);
export const refusal = signal<Refusal | null>(null);
export const allSentMs = signal<number | null>(null);
export const persistent = signal<boolean | null>(null);
export const storageFull = signal(false);
const streams = signal(0);
const clock = signal<{ offset_ms: number | null }>({ offset_ms: null });

/** Today in Vietnam, by the server's clock as last measured. */
export function todayIso(): string {
  return vnDay(Date.now() + (clock.value.offset_ms ?? 0));
}

export function dayOf(operation: Operation): string {
  return operation.day ?? vnDay(operation.phone_at + (operation.offset_ms ?? 0));
}

const serverTables = computed<Tables>(() => {
  void streams.value;
  return context ? tablesOf(context.states.values()) : emptyTables();
});

const laid = computed<Laid[]>(() => {
  void streams.value;
  if (!context) return [];
  const known = standings(context.states);
  const found: Laid[] = [];
  for (const entry of records.value) {
    const operation = operations.value.get(entry.op_id);
    if (!operation || !isLaid(entry, known)) continue;
    found.push({ operation, pending: entry.state === "accepted" ? "accepted" : "waiting", lost: entry.lost });
  }
  return found;
});

/** What the screens show. */
export const tables = computed<Tables>(() => overlay(serverTables.value, laid.value, { me: session.value?.user.id ?? null, dayOf }));

function ofKind<T>(kind: string, collection: string): T[] {
  void streams.value;
  if (!context) return [];
  return [...context.states.values()].filter(({ record: { stream } }) => stream.split(":")[0] === kind).flatMap((state) => objects<T>(state, collection));
}

export const services = computed<Service[]>(() => {
  const today = todayIso();
  return ofKind<Service>("common", "services")
    .filter((one) => (!one.starts || one.starts <= today) && (!one.ends || one.ends >= today))
    .sort((a, b) => (a.rank ?? 99) - (b.rank ?? 99));
});
export const serviceById = computed(() => new Map(ofKind<Service>("common", "services").map((one) => [one.id, one])));
export const members = computed<Member[]>(() => ofKind<Member>("unit", "members").filter((one) => !one.ends || one.ends >= todayIso()));
export const memberNames = computed(() => {
  const names = new Map(ofKind<Member>("unit", "members").map((one) => [one.id, one.name]));
  if (session.value) names.set(session.value.user.id, session.value.user.name);
  return names;
});

export interface HomePeople { id: string; name: string; birth_year: number | null; pending: "waiting" | "accepted" | null }

/** Residents of each household, aliases of merged records left out. */
export const peopleOf = computed(() => {
  const homes = new Map<string, HomePeople[]>();
  for (const resident of tables.value.residents.values()) {
    if (resident.alias_of) continue;
    const list = homes.get(resident.household) ?? [];
    list.push(resident);
    homes.set(resident.household, list);
  }
  for (const list of homes.values()) list.sort((a, b) => (a.birth_year ?? 9999) - (b.birth_year ?? 9999));
  return homes;
});

const folded = new Map<string, string>();
export function searchable(text: string): string {
  let known = folded.get(text);
  if (known === undefined) folded.set(text, (known = fold(text)));
  return known;
}

export const counts = computed(() => count(records.value));
export const status = computed(() => {
  void language.value;
  return statusOf(
    {
      ...counts.value, sending: syncing.value, signedOut: !!session.value?.signed_out, offline: offline.value,
      allSentMs: allSentMs.value, storageAtRisk: persistent.value === false, storageFull: storageFull.value,
    },
    clockTime,
  );
});

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("toso");

/** Opens what is stored. Nothing of the network is needed. */
export async function openApp(): Promise<void> {
  const db = new FieldDb();
  const vault = await openVault(db);
  const http = new Http({ token: async () => (await getMeta(db, "session"))?.token ?? null, language: () => language.value });
  context = { db, vault, http, now: () => Date.now(), states: await loadStreams(db, vault) };
  await readMeta();
  await readOutbox();
  streams.value++;
  channel?.addEventListener("message", (event) => void otherTab(event.data as string));
}

async function otherTab(what: string): Promise<void> {
  await readMeta();
  await readOutbox();
  if (what !== "streams") return;
  const known = new Set(context.states.keys());
  for (const held of await context.db.streams.toArray()) {
    const mine = context.states.get(held.stream)?.record;
    known.delete(held.stream);
    if (mine?.seq !== held.seq || mine.epoch !== held.epoch) await reload(context, held.stream);
  }
  for (const gone of known) context.states.delete(gone);
  streams.value++;
}

async function readMeta(): Promise<void> {
  const { db } = context;
  const [who, synced, told, sent, time] = await Promise.all([
    getMeta(db, "session"), getMeta(db, "first_sync_done"), getMeta(db, "news"), getMeta(db, "all_sent_ms"), getMeta(db, "clock"),
  ]);
  batch(() => {
    session.value = who ?? null;
    firstSyncDone.value = synced === true;
    news.value = told ?? [];
    allSentMs.value = sent ?? null;
    clock.value = time ?? { offset_ms: null };
  });
}

async function readOutbox(): Promise<void> {
  const stored = await context.db.outbox.orderBy("n").toArray();
  const readable = new Map<string, Operation>();
  await Promise.all(
    stored.map(async (entry) => {
      const known = operations.value.get(entry.op_id);
      if (known) readable.set(entry.op_id, known);
      else if (entry.box) {
        try {
          readable.set(entry.op_id, await context.vault.open<Operation>(entry.box));
        } catch {
          // closed with a key this phone no longer has: still sent sealed, only not shown
        }
      }
    }),
  );
  batch(() => {
    operations.value = readable;
    records.value = stored;
  });
}

function announce(what: "outbox" | "streams"): void {
  channel?.postMessage(what);
}

/** The cell a household belongs to; for a new one the first held cell. */
export function cellOf(household: string | null): string | null {
  const home = household ? tables.value.households.get(household) : undefined;
  return home?.cell || session.value?.cells.find((cell) => cell.held)?.id || null;
}

/** Records an act; when it resolves the act is on the phone for good. */
export async function act<K extends Kind>(
  kind: K, data: KindData[K], extra: { cell: string | null; draft?: string; replaces?: string | null; day?: string | null },
): Promise<Operation<K>> {
  try {
    const operation = await record(context.db, context.vault, kind, data, {
      ...extra, baseSeq: context.states.get(`cell:${extra.cell}`)?.record.seq ?? 0, sealKey: session.value?.seal_key ?? null,
    });
    storageFull.value = false;
    await readOutbox();
    announce("outbox");
    void askBackgroundSync();
    syncSoon(AFTER_ACT);
    return operation;
  } catch (error) {
    if ((error as Error)?.name === "QuotaExceededError" || /quota/i.test(String(error))) storageFull.value = true;
    throw error;
  }
}

export async function takeBack(opId: string): Promise<boolean> {
  const done = await withdraw(context.db, opId);
  await readOutbox();
  announce("outbox");
  return done;
}

export async function giveUp(opId: string): Promise<void> {
  await discard(context.db, opId);
  await readOutbox();
  announce("outbox");
  void syncSoon();
}

export const unsentCount = computed(() => counts.value.waiting + counts.value.attention + counts.value.blocked);

/** After an enrolment: what the session says now, then the first round. */
export async function openAgain(): Promise<void> {
  await readMeta();
  await readOutbox();
  streams.value++;
  failures = 0;
  lastWho = 0;
  announce("streams");
  if (firstSyncDone.value) void syncNow(true);
}

/** Leaves this phone: only when nothing is unsent. The server revokes the device, the phone forgets everything. */
export async function signOut(): Promise<void> {
  if (unsentCount.value) return;
  try {
    await context.http.post("/api/v1/sign-out", {});
  } catch {
    // offline: the leader can revoke the device; what is here goes all the same
  }
  await context.db.delete();
  location.replace(location.pathname);
}

export async function newsRead(): Promise<void> {
  await setMeta(context.db, "news", []);
  news.value = [];
}

async function askBackgroundSync(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker?.ready;
    await (registration as unknown as { sync?: { register(tag: string): Promise<void> } })?.sync?.register("toso-push");
  } catch {
    // not to be had here: the foreground sends
  }
}

let timer: ReturnType<typeof setTimeout> | null = null;
let failures = 0;
let lastWho = 0;
let again = false;
/** Time to undo before an act leaves: then it is taken back as if never made. */
const AFTER_ACT = 3_000;
const WHO_EVERY = 6 * 3_600_000;

/** A round of sync shortly, so that several acts in a row go in one request. */
export function syncSoon(delay = 400): void {
  if (timer) clearTimeout(timer);
  timer = setTimeout(() => { timer = null; void syncNow(); }, delay);
}

/** One round now; resolves when it is over. */
export async function syncNow(who = false): Promise<void> {
  if (!session.value || syncing.value) {
    again = again || syncing.value;
    return;
  }
  syncing.value = true;
  const wantWho = who || Date.now() - lastWho > WHO_EVERY;
  let next = 90_000;
  try {
    const result = await run(context, { who: wantWho, progress: (step) => { progress.value = step; } });
    if (result.elsewhere) next = 5_000;
    else {
      offline.value = result.offline;
      refusal.value = result.refusal;
      if (!result.offline && !result.refusal && !result.signedOut && wantWho) lastWho = Date.now();
      failures = result.offline || result.refusal ? failures + 1 : 0;
      if (failures) next = backoff(failures) * 1000;
      if (result.signedOut) next = 0;
    }
    storageFull.value = false;
  } catch (error) {
    if (/quota/i.test(`${(error as Error)?.name} ${String(error)}`)) storageFull.value = true;
    failures++;
    next = backoff(failures) * 1000;
  } finally {
    await readMeta();
    await readOutbox();
    streams.value++;
    syncing.value = false;
    announce("streams");
  }
  if (again) {
    again = false;
    next = 400;
  }
  if (next && (document.visibilityState === "visible" || counts.value.waiting)) syncSoon(next);
}

/** Keeps in step while the app is open: at once when the network or the person comes back. */
export function keepInStep(): void {
  addEventListener("online", () => { failures = 0; syncSoon(300); });
  addEventListener("offline", () => { if (!offline.value) offline.value = "network"; });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") syncSoon(300); });
  navigator.serviceWorker?.addEventListener("message", (event) => {
    if (event.data === "toso-pushed") void otherTab("outbox").then(() => syncSoon(300));
  });
}

export async function askToPersist(): Promise<void> {
  try {
    if (!navigator.storage?.persist) { persistent.value = null; return; }
    persistent.value = (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    persistent.value = null;
  }
}
