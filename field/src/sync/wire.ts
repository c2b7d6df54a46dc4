/** The shapes of docs/reference/wire.md (v0). Unknown members are kept or ignored, never an error. */
import type { CellInfo, ProblemText, Role, Row } from "../store/types";

export type Outcome = "met" | "absent" | "come_back" | "not_now";
export type AssistResult = "done" | "problem";

export interface AssistData {
  resident?: string;
  service: string;
  stage: string;
  result?: AssistResult;
}

export interface VisitData {
  id: string;
  household: string;
  outcome: Outcome;
  done_by?: string;
  assists: AssistData[];
  follow_up_on?: string | null;
  note?: string;
}

export interface HouseholdFields {
  label: string;
  people: number | null;
  cluster: string | null;
  zalo_news: boolean | null;
  lang_screen: string | null;
  lang_listen: string | null;
  lang_read: string | null;
}

export interface KindData {
  "household.add": { id: string } & Partial<HouseholdFields> & { label: string };
  "household.change": { id: string; set: Partial<HouseholdFields> };
  "household.close": { id: string; reason: "moved_away" | "dissolved" | "mistake" };
  "household.move": { id: string; to_cell: string };
  "resident.add": { id: string; household: string; name: string; birth_year?: number };
  "resident.change": { id: string; set: { name?: string; birth_year?: number | null } };
  "resident.move": { id: string; to_household: string };
  "resident.leave": { id: string; reason: "moved_away" | "died" | "mistake" };
  "resident.merge": { id: string; with: string };
  "resident.unmerge": { id: string };
  "visit.record": VisitData;
  "visit.correct": { id: string; set: Partial<Omit<VisitData, "id" | "household" | "done_by">> & { done_by?: string | null; on?: string } };
  "visit.void": { id: string; reason?: string };
  "day_sheet.set": { id: string; service: string; count: number };
  "conflict.settle": { id: string; keep: "kept" | "lost" };
}
export type Kind = keyof KindData;

export type Operation<K extends Kind = Kind> = {
  [P in K]: {
    op_id: string;
    kind: P;
    cell: string | null;
    base_seq: number;
    made_at: string;
    phone_at: number;
    offset_ms: number | null;
    contact_at: number | null;
    day: string | null;
    replaces: string | null;
    data: KindData[P];
  };
}[K];

export type SealedOperation = { op_id: string; sealed: string };

export interface OpResult extends Partial<ProblemText> {
  op_id: string;
  status: "accepted" | "duplicate" | "conflict" | "refused" | "blocked_by" | string;
  stream?: string;
  seq?: number;
  lost?: string[];
  op_id_blocking?: string;
}

export interface PushAnswer {
  results: OpResult[];
  now: number;
}

export interface PullAnswer {
  stream: string;
  epoch: string;
  seq: number;
  head: number;
  durable_seq: number;
  more: boolean;
  since?: string | null;
  rows?: Record<string, { fields: string[]; rows: Row[] }>;
  gone?: Record<string, string[]>;
  digest?: string;
  now: number;
}

export interface MeAnswer {
  user: { id: string; name: string; language?: string | null };
  device_id: string;
  roles: Role[];
  cells: CellInfo[];
  streams: string[];
  server: { now: number; seal_key: string | null };
}

export interface SignInAnswer {
  token: string;
  device_id: string;
  user: { id: string; name: string; language?: string | null };
  server?: { now: number; seal_key: string | null };
}
