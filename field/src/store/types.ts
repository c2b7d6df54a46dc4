/** What the phone keeps. Everything readable about people stands in a `Box`; the rest is needed to send and to count. */

/** Something encrypted at rest. `k` names the key, so that a later key (unlocked by a PIN) can stand beside the first. */
export interface Box {
  k: string;
  iv: Uint8Array;
  data: ArrayBuffer;
}

export type Row = unknown[];

/** waiting → accepted → (pulled and durable) gone; or refused → replaced | discarded | released; or blocked → waiting. */
export type OpState = "waiting" | "blocked" | "accepted" | "refused" | "closed";

export interface ProblemText {
  code: string;
  title: string;
  detail: string;
  params: Record<string, string | number>;
}

/** How a closed operation ended; `done` means counted. */
export type Ending = "done" | "replaced" | "discarded" | "released" | "withdrawn";

export interface OutboxRecord {
  /** Order of recording on this phone. */
  n?: number;
  op_id: string;
  kind: string;
  state: OpState;
  /** Phone time of recording, ms. */
  made_ms: number;
  /** How often it may have been on the wire; 0 means that it certainly never left. */
  tries: number;
  stream: string | null;
  seq: number | null;
  lost: string[];
  problem: ProblemText | null;
  blocking: string | null;
  replaces: string | null;
  ending: Ending | null;
  /** 1 while the server has still to be told of a discard. */
  discard_due: 0 | 1;
  /** Sealed for the server; what background sync sends and what a wipe keeps. */
  sealed: string | null;
  /** The readable operation, encrypted. Null once nothing needs it. */
  box: Box | null;
}

export interface StreamRecord {
  stream: string;
  epoch: string;
  seq: number;
  durable_seq: number;
  since: string | null;
  digest: string;
  fields: Record<string, string[]>;
  /** Phone time of the last answer. */
  pulled_ms: number;
}

export interface Block {
  stream: string;
  collection: string;
  bucket: number;
  box: Box;
}

export interface Draft {
  id: string;
  changed_ms: number;
  box: Box;
}

export interface LockRow {
  name: string;
  owner: string;
  until: number;
}

export interface Role {
  role: string;
  unit: { id: string; code: string | null; level: string; name: string } | null;
  team: string | null;
  starts: string | null;
  ends: string | null;
}

export interface CellInfo {
  id: string;
  name: string;
  unit: string | null;
  commune: string | null;
  held: boolean;
}

export interface Session {
  token: string;
  device_id: string;
  user: { id: string; name: string; language?: string | null };
  roles: Role[];
  cells: CellInfo[];
  streams: string[];
  seal_key: string | null;
  /** True once the server said that this token is no longer good. */
  signed_out: boolean;
}

export interface ClockState {
  /** Last hybrid logical clock value, 16 hex digits. */
  hlc: string;
  /** Server time minus phone time, ms; null when never measured. */
  offset_ms: number | null;
  /** Server time of the last contact. */
  contact_at: number | null;
}

export interface MetaValues {
  session: Session;
  clock: ClockState;
  language: string;
  /** Phone time at which everything was known to be sent. */
  all_sent_ms: number;
  /** What the app has to tell once, e.g. that a hamlet was taken off this phone. */
  news: { key: string; params: Record<string, string> }[];
  first_sync_done: boolean;
  /** The server was restored: streams still to be taken afresh before the outbox is offered again. */
  restored: string[];
  device_name: string;
  "device-key": { id: string; key: CryptoKey };
}
