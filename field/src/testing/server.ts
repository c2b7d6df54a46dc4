/** A small server in memory that keeps the promises of docs/reference/wire.md. Test harness: nothing of it ships. */
import * as digest from "../core/digest";
import { newId } from "../core/ids";
import { toBase64url, unseal } from "../sync/seal";
import type { Operation, OpResult } from "../sync/wire";
import { FIELDS, fold, Refused, type CellState, type Row } from "./fold";

interface Stream extends CellState {
  epoch: string;
  seq: number;
  durable: number;
  name: string;
  log: { seq: number; touched: [string, string][] }[];
  ended?: string[];
}

interface Receipt { result: OpResult; content: string; author: string }

export interface SimUser {
  id: string; name: string; username: string; password: string; code: string; cells: string[]; unit: string;
}

interface State {
  streams: Record<string, Stream>;
  receipts: Record<string, Receipt>;
  /** Record id → the refused operation that should have made it. */
  missing: Record<string, string>;
}

export interface SimRequest { method: string; path: string; query: URLSearchParams; token: string | null; body: unknown }
export interface SimAnswer { status: number; body: unknown }

const COLLECTIONS: Record<string, string[]> = {
  cell: ["households", "residents", "calls", "progress", "visits", "day_sheets", "conflicts"],
  unit: ["teams", "members", "groups"],
  common: ["services"],
  user: ["verdicts"],
};

export class SimServer {
  state: State = { streams: {}, receipts: {}, missing: {} };
  users: SimUser[] = [];
  tokens = new Map<string, { user: SimUser; device: string; revoked: boolean }>();
  reports: unknown[] = [];
  requests: string[] = [];
  pageSize = 200;
  restores = 0;
  private readonly storedSnapshots = new Map<string, { epoch: string }>();
  now: () => number = Date.now;
  sentence: (code: string, part: "title" | "todo", params: Record<string, string | number>) => string = (code, part) => `${code}.${part}`;
  private backup: string | null = null;
  private pair: Promise<CryptoKeyPair> | null = null;

  stream(name: string): Stream {
    return (this.state.streams[name] ??= { epoch: newId(), seq: 0, durable: 0, name, log: [], rows: {}, writes: {}, ops: {} });
  }

  /** A row written by the server itself (seed data, the office, another phone). */
  write(stream: string, collection: string, row: Record<string, unknown> & { id: string }): void {
    const target = this.stream(stream);
    const full = Object.fromEntries(FIELDS[collection]!.map((field) => [field, row[field] ?? (field === "extra" ? {} : null)])) as Row;
    (target.rows[collection] ??= {})[row.id] = full;
    this.entry(target, [[collection, row.id]]);
  }

  private entry(stream: Stream, touched: [string, string][]): number {
    stream.seq++;
    stream.log.push({ seq: stream.seq, touched });
    return stream.seq;
  }

  /** From now on this stream's snapshot is a file, as old as it is. */
  async storeSnapshot(name: string, user: SimUser): Promise<void> {
    this.storedSnapshots.delete(name);
    this.storedSnapshots.set(name, this.pull(user, name, "snapshot", new URLSearchParams()) as never);
  }

  /** A verified backup: everything up to here is durable. */
  saveBackup(): void {
    for (const stream of Object.values(this.state.streams)) stream.durable = stream.seq;
    this.backup = JSON.stringify(this.state);
  }

  /** Back to the last backup, with new epochs: what came after is lost here. */
  restore(): void {
    if (!this.backup) throw new Error("no backup");
    this.state = JSON.parse(this.backup) as State;
    for (const stream of Object.values(this.state.streams)) stream.epoch = newId();
    this.restores++;
  }

  async sealKey(): Promise<string> {
    const pair = await this.keys();
    return toBase64url(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  }

  private keys(): Promise<CryptoKeyPair> {
    this.pair ??= crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    return this.pair;
  }

  async handle(request: SimRequest): Promise<SimAnswer> {
    this.requests.push(`${request.method} ${request.path}`);
    try {
      return await this.route(request);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return this.problem(error.status, error.code, error.params);
    }
  }

  private problem(status: number, code: string, params: Record<string, unknown> = {}): SimAnswer {
    return { status, body: { type: `urn:toso:problem:${code}`, status, ...this.words(code, params), params } };
  }

  private words(code: string, params: Record<string, unknown>) {
    const given = params as Record<string, string | number>;
    return { code, title: this.sentence(code, "title", given), detail: this.sentence(code, "todo", given) };
  }

  private async route({ method, path, query, token, body }: SimRequest): Promise<SimAnswer> {
    const data = (body ?? {}) as Record<string, never> & { device?: { name: string } };
    if (method === "POST" && path === "/api/v1/sign-in") {
      const user = this.users.find((one) => one.username === data.username && one.password === data.password);
      return this.signedIn(user, "sign_in_failed");
    }
    if (method === "POST" && path === "/api/v1/enrol") {
      return this.signedIn(this.users.find((one) => one.code === data.code), "code_wrong");
    }
    const held = token ? this.tokens.get(token) : undefined;
    if (!held) throw new Problem(401, "unauthorised");
    const { user } = held;
    if (held.revoked && path === "/api/v1/operations") return { status: 200, body: this.deposit(user, data as never) };
    if (held.revoked) throw new Problem(401, "device_revoked");
    if (path === "/api/v1/me") return { status: 200, body: await this.me(user, held.device) };
    if (path === "/api/v1/sign-out") {
      held.revoked = true;
      return { status: 204, body: null };
    }
    if (path === "/api/v1/reports") {
      this.reports.push(data);
      return { status: 200, body: {} };
    }
    if (path === "/api/v1/operations") return { status: 200, body: await this.push(user, data as never) };
    const verdict = /^\/api\/v1\/quarantine\/([\w-]{22})$/.exec(path);
    if (verdict) {
      const receipt = this.state.receipts[verdict[1]!];
      if (!receipt || receipt.author !== user.id) throw new Problem(404, "quarantine_unknown");
      return { status: 200, body: {} };
    }
    const pull = /^\/api\/v1\/(?:(common)|(cells|units|users)\/([\w-]+))\/(snapshot|changes)$/.exec(path);
    if (!pull) throw new Problem(404, "not_found");
    const name = pull[1] ?? `${pull[2]!.slice(0, -1)}:${pull[3]}`;
    return { status: 200, body: this.pull(user, name, pull[4] as "snapshot" | "changes", query) };
  }

  private async signedIn(user: SimUser | undefined, code: string): Promise<SimAnswer> {
    if (!user) throw new Problem(401, code);
    const token = newId();
    const device = newId();
    this.tokens.set(token, { user, device, revoked: false });
    return {
      status: 200,
      body: {
        token, device_id: device, user: { id: user.id, name: user.name, language: "vi" },
        server: { now: this.now(), seal_key: await this.sealKey() },
      },
    };
  }

  private async me(user: SimUser, device: string) {
    return {
      user: { id: user.id, name: user.name, language: "vi" }, device_id: device,
      roles: [{ role: "member", unit: { id: user.unit, code: "31", level: "hamlet", name: this.stream(`unit:${user.unit}`).name }, team: null, starts: "2024-01-01", ends: null }],
      cells: user.cells.map((id) => ({ id, name: this.stream(`cell:${id}`).name, unit: user.unit, commune: null, held: true })),
      streams: ["common", `unit:${user.unit}`, `user:${user.id}`, ...user.cells.map((id) => `cell:${id}`)],
      server: { now: this.now(), seal_key: await this.sealKey() },
    };
  }

  private pull(user: SimUser, name: string, form: "snapshot" | "changes", query: URLSearchParams) {
    const stream = this.state.streams[name];
    if (!stream) throw new Problem(404, "stream_unknown");
    if (stream.ended) throw new Problem(410, "stream_ended", { successors: stream.ended });
    const allowed = name === "common" || name === `unit:${user.unit}` || name === `user:${user.id}` || user.cells.some((id) => name === `cell:${id}`);
    if (!allowed) throw new Problem(403, "stream_not_yours");
    const since = query.get("since") ?? new Date(this.now() - 90 * 86_400_000).toISOString().slice(0, 7);
    const head = { stream: name, epoch: stream.epoch, head: stream.seq, durable_seq: stream.durable, since, now: this.now() };
    const kind = name.split(":")[0]!;
    const sendable = (collection: string, row: Row) => collection !== "visits" || (row.on as string).slice(0, 7) >= since;
    const sum = () => {
      let total = digest.decode("0000000000000000");
      for (const collection of COLLECTIONS[kind]!) {
        for (const row of Object.values(stream.rows[collection] ?? {})) {
          if (sendable(collection, row)) total = digest.add(total, digest.rowHash(collection, wire(collection, row)));
        }
      }
      return digest.encode(total);
    };
    const rows: Record<string, { fields: string[]; rows: unknown[][] }> = {};
    if (form === "snapshot") {
      const stored = this.storedSnapshots.get(name);
      if (stored && stored.epoch === stream.epoch) return stored;
      for (const collection of COLLECTIONS[kind]!) {
        const found = Object.values(stream.rows[collection] ?? {}).filter((row) => sendable(collection, row));
        rows[collection] = { fields: FIELDS[collection]!, rows: found.map((row) => wire(collection, row)) };
      }
      return { ...head, seq: stream.seq, more: false, rows, gone: {}, digest: sum() };
    }
    const after = Number(query.get("after"));
    if (query.get("epoch") !== stream.epoch || after > stream.seq) throw new Problem(409, "cursor_ahead");
    if (after === stream.seq) return { ...head, seq: after, more: false, digest: sum() };
    const page = stream.log.filter((entry) => entry.seq > after).slice(0, this.pageSize);
    const gone: Record<string, string[]> = {};
    const seen = new Set<string>();
    for (const [collection, id] of page.flatMap((entry) => entry.touched)) {
      if (seen.has(`${collection} ${id}`)) continue;
      seen.add(`${collection} ${id}`);
      const row = stream.rows[collection]?.[id];
      if (!row || !sendable(collection, row)) (gone[collection] ??= []).push(id);
      else (rows[collection] ??= { fields: FIELDS[collection]!, rows: [] }).rows.push(wire(collection, row));
    }
    const seq = page[page.length - 1]!.seq;
    const more = seq < stream.seq;
    return { ...head, seq, more, rows, gone, ...(more ? {} : { digest: sum() }) };
  }

  private async push(user: SimUser, body: { operations: (Operation | { op_id: string; sealed: string })[] }) {
    const results: OpResult[] = [];
    for (const item of body.operations) {
      let operation = item as Operation;
      if ("sealed" in item) operation = (await unseal((await this.keys()).privateKey, item.op_id, item.sealed)) as Operation;
      results.push(this.judge(user, operation));
    }
    return { results, now: this.now() };
  }

  /** A revoked device: everything it sends goes to quarantine. */
  private deposit(user: SimUser, body: { operations: Operation[] }) {
    const results = body.operations.map((operation): OpResult => {
      const result: OpResult = { op_id: operation.op_id, status: "refused", ...this.words("device_revoked", {}), params: {} };
      this.state.receipts[operation.op_id] ??= { result, content: JSON.stringify(operation), author: user.id };
      return result;
    });
    return { results, now: this.now() };
  }

  /** One operation: receipt first, then what it depends on, then the fold. */
  judge(user: SimUser, operation: Operation): OpResult {
    const { op_id } = operation;
    const content = JSON.stringify(operation);
    const receipt = this.state.receipts[op_id];
    if (receipt) {
      if (receipt.content !== content) return { op_id, status: "refused", ...this.words("op_id_reused", {}), params: {} };
      const { result } = receipt;
      return result.status === "accepted" || result.status === "conflict" ? { ...result, status: "duplicate" } : result;
    }
    if (operation.replaces) {
      for (const [id, op] of Object.entries(this.state.missing)) if (op === operation.replaces) delete this.state.missing[id];
    }
    const obstacle = referred(operation).map((id) => this.state.missing[id]).find(Boolean);
    if (obstacle) return { op_id, status: "blocked_by", op_id_blocking: obstacle, ...this.words("op_blocked", {}) };
    const result = this.decide(user, operation);
    this.state.receipts[op_id] = { result, content, author: user.id };
    return result;
  }

  private decide(user: SimUser, operation: Operation): OpResult {
    const { op_id } = operation;
    const subject = operation.data as { id: string };
    try {
      // Routed by entity: the cell in the operation is a hint.
      const name = this.home(operation) ?? `cell:${operation.cell}`;
      const stream = this.state.streams[name];
      if (!stream) throw new Refused("stream_unknown");
      if (!user.cells.some((id) => name === `cell:${id}`)) throw new Refused("cell_not_yours");
      const effect = fold(stream, operation, user.id, stream.seq + 1);
      const seq = this.entry(stream, effect.touched);
      return effect.lost.length
        ? { op_id, status: "conflict", stream: name, seq, lost: effect.lost }
        : { op_id, status: "accepted", stream: name, seq };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (/\.(add|record)$/.test(operation.kind)) this.state.missing[subject.id] = op_id;
      return { op_id, status: "refused", ...this.words(error.code, error.params), params: error.params };
    }
  }

  private home(operation: Operation): string | null {
    const ids = [...referred(operation), (operation.data as { id: string }).id];
    for (const [name, stream] of Object.entries(this.state.streams)) {
      for (const collection of ["households", "residents", "visits", "conflicts"]) {
        if (ids.some((id) => stream.rows[collection]?.[id])) return name;
      }
    }
    return null;
  }
}

class Problem extends Error {
  constructor(readonly status: number, readonly code: string, readonly params: Record<string, unknown> = {}) {
    super(code);
  }
}

function wire(collection: string, row: Row): never {
  return FIELDS[collection]!.map((field) => row[field] ?? null) as never;
}

/** Records that must exist before this operation. */
function referred(operation: Operation): string[] {
  const data = operation.data as unknown as Record<string, unknown>;
  const named = [data.household, data.to_household, data.with].filter((id): id is string => typeof id === "string");
  const people = ((data.assists ?? []) as { resident?: string }[]).map((assist) => assist.resident).filter((id): id is string => !!id);
  const own = /\.(add|record)$/.test(operation.kind) || operation.kind === "day_sheet.set" ? [] : [data.id as string];
  return [...named, ...people, ...own];
}
