/** A phone for tests: the app's own sync over a wire that loses, repeats and lies as told. Test harness. */
import { loadStreams } from "../store/blocks";
import { FieldDb, getMeta } from "../store/db";
import type { OutboxRecord } from "../store/types";
import { openVault, type Vault } from "../store/vault";
import type { SyncContext } from "../sync/context";
import { run, type RunResult } from "../sync/engine";
import { Http, type Fetch } from "../sync/http";
import { discard, record } from "../sync/operations";
import { isLaid } from "../sync/outcomes";
import { overlay, type Laid } from "../sync/overlay";
import { standings } from "../sync/pull";
import { pushSealed } from "../sync/push";
import { enrol } from "../sync/session";
import { tablesOf, type Tables } from "../sync/tables";
import type { Kind, KindData, Operation } from "../sync/wire";
import { dayOf } from "./fold";
import type { SimServer } from "./server";

/** What happens to the next requests: `lost` never arrives, `unanswered` arrives but its answer is lost, `portal` is a lie. */
export type Fault = "ok" | "lost" | "unanswered" | "twice" | "portal" | "busy";

let serial = 0;

export class Phone {
  faults: Fault[] = [];
  online = true;
  offsetMs = 0;
  context!: SyncContext;
  private constructor(readonly server: SimServer, readonly dbName: string) {}

  static async start(server: SimServer, offsetMs = 0): Promise<Phone> {
    const phone = new Phone(server, `phone-${Date.now()}-${serial++}`);
    phone.offsetMs = offsetMs;
    await phone.boot();
    return phone;
  }

  /** Opens the app anew from what is stored: what a kill leaves. */
  async boot(): Promise<void> {
    this.context?.db.close();
    const db = new FieldDb(this.dbName);
    const vault: Vault = await openVault(db);
    const states = await loadStreams(db, vault);
    this.context = { db, vault, states, now: () => this.now(), http: this.http(db) };
  }

  now(): number {
    return this.server.now() + Math.round(this.offsetMs);
  }

  private http(db: FieldDb): Http {
    return new Http({ fetch: this.fetch, now: () => this.now(), token: async () => (await getMeta(db, "session"))?.token ?? null });
  }

  readonly fetch: Fetch = async (url, init) => {
    const fault = this.online ? (this.faults.shift() ?? "ok") : "lost";
    if (fault === "lost") throw new TypeError("failed to fetch");
    if (fault === "portal") return new Response("<html>Wi-Fi</html>", { status: 200, headers: { "Content-Type": "text/html" } });
    if (fault === "busy") return new Response("{}", { status: 503, headers: { "Content-Type": "application/problem+json" } });
    const headers = init.headers as Record<string, string>;
    const body = init.body === undefined || init.body === null ? null : JSON.parse(await plain(init.body, headers["Content-Encoding"]));
    const [path, query] = url.split("?") as [string, string | undefined];
    const request = {
      method: init.method ?? "GET", path, query: new URLSearchParams(query ?? ""), token: headers.Authorization?.slice(7) ?? null, body,
    };
    let answer = await this.server.handle(request);
    if (fault === "twice") answer = await this.server.handle(request);
    if (fault === "unanswered") throw new TypeError("connection reset");
    return new Response(answer.status === 204 ? null : JSON.stringify(answer.body), {
      status: answer.status, headers: { "Content-Type": answer.status < 300 ? "application/json" : "application/problem+json" },
    });
  };

  enrol(code: string): Promise<void> {
    return enrol(this.context, code, "phone");
  }

  sync(who = false): Promise<RunResult> {
    return run(this.context, { who });
  }

  background() {
    return pushSealed(this.context.db, this.context.http, () => this.now());
  }

  async act<K extends Kind>(kind: K, data: KindData[K], extra: { replaces?: string; draft?: string } = {}): Promise<Operation<K>> {
    const session = await getMeta(this.context.db, "session");
    const cell = session!.cells[0]!.id;
    return record(this.context.db, this.context.vault, kind, data, {
      cell, baseSeq: this.context.states.get(`cell:${cell}`)?.record.seq ?? 0, sealKey: session!.seal_key, now: () => this.now(), ...extra,
    });
  }

  discard(opId: string): Promise<number> {
    return discard(this.context.db, opId);
  }

  outbox(): Promise<OutboxRecord[]> {
    return this.context.db.outbox.orderBy("n").toArray();
  }

  /** What the screen shows. */
  async screen(): Promise<Tables> {
    const known = standings(this.context.states);
    const laid: Laid[] = [];
    for (const entry of await this.outbox()) {
      if (!isLaid(entry, known) || !entry.box) continue;
      const operation = await this.context.vault.open<Operation>(entry.box);
      laid.push({ operation, pending: entry.state === "accepted" ? "accepted" : "waiting", lost: entry.lost });
    }
    const session = await getMeta(this.context.db, "session");
    return overlay(tablesOf(this.context.states.values()), laid, { me: session?.user.id ?? null, dayOf });
  }

  rows(): Tables {
    return tablesOf(this.context.states.values());
  }
}

async function plain(body: BodyInit, encoding?: string): Promise<string> {
  if (encoding !== "gzip") return String(body);
  const stream = new Blob([body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream as ReadableStream).text();
}

/** Screens compare without the marks of what is under way. */
export function bare(tables: Tables): unknown {
  const plainTables: Record<string, Record<string, unknown>> = {};
  for (const [name, table] of Object.entries(tables) as [string, Map<string, Record<string, unknown>>][]) {
    plainTables[name] = {};
    for (const id of [...table.keys()].sort()) {
      const { pending: _pending, extra: _extra, ...rest } = table.get(id)!;
      plainTables[name]![id] = rest;
    }
  }
  return plainTables;
}
