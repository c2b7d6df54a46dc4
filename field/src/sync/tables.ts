import type { Collections, StreamState } from "../store/blocks";
import type { Row } from "../store/types";
import type { Outcome } from "./wire";

/** Where a record on the screen stands: nothing = as the server says; waiting = not sent; accepted = sent, not yet pulled. */
export type Pending = "waiting" | "accepted" | null;

export interface Household {
  id: string; cell: string; label: string; people: number | null; cluster: string | null; zalo_news: boolean | null;
  lang_screen: string | null; lang_listen: string | null; lang_read: string | null; pending: Pending;
}
export interface Resident {
  id: string; cell: string; household: string; name: string; birth_year: number | null; alias_of: string | null; pending: Pending;
}
export interface Call {
  id: string; last_on: string | null; last_outcome: Outcome | null; follow_up_on: string | null; visits: number; pending: Pending;
}
export type Stages = Record<string, [stage: string, day: string]>;
export interface Progress { id: string; stages: Stages; pending: Pending }
export type Assist = [resident: string | null, service: string, stage: string, result: string | null];
export interface Visit {
  id: string; cell: string; household: string; on: string; outcome: Outcome; done_by: string | null; by: string | null;
  assists: Assist[]; follow_up_on: string | null; note: string | null; state: "ok" | "void"; pending: Pending;
}
export interface DaySheet { id: string; on: string; service: string; count: number; by: string | null; pending: Pending }
export interface Conflict {
  id: string; collection: string; record: string; field: string; kept: unknown; kept_by: string | null; lost: unknown; lost_by: string | null;
}

/** The people of the held cells, by record id. Overlays copy what they change and never write here. */
export interface Tables {
  households: Map<string, Household>;
  residents: Map<string, Resident>;
  calls: Map<string, Call>;
  progress: Map<string, Progress>;
  visits: Map<string, Visit>;
  day_sheets: Map<string, DaySheet>;
  conflicts: Map<string, Conflict>;
}

export interface Named { vi: string; km?: string | null; en?: string | null }
export interface Service {
  id: string; code: string; names: Named; stages: { code: string; names: Named; counts: unknown }[];
  starts: string | null; ends: string | null; successor: string | null; icon?: string | null; rank?: number | null;
}
export interface Member { id: string; team: string; name: string; role: string; ends: string | null }
export interface Verdict { id: string; verdict: string; reason: string | null; code: string | null; at: number | string | null }

/** Objects of one collection of a stream, by the field names the server gave. */
export function objects<T>(state: StreamState, collection: string): T[] {
  const fields = state.record.fields[collection];
  const table = state.rows.get(collection);
  if (!fields || !table) return [];
  const found: T[] = [];
  for (const row of table.values()) found.push(object(fields, row) as T);
  return found;
}

function object(fields: string[], row: Row): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (let at = 0; at < fields.length; at++) made[fields[at]!] = row[at] ?? null;
  return made;
}

export function emptyTables(): Tables {
  return {
    households: new Map(), residents: new Map(), calls: new Map(), progress: new Map(), visits: new Map(),
    day_sheets: new Map(), conflicts: new Map(),
  };
}

/** The tables of all cell streams together. */
export function tablesOf(states: Iterable<StreamState>): Tables {
  const tables = emptyTables();
  for (const state of states) {
    if (!state.record.stream.startsWith("cell:")) continue;
    const cell = state.record.stream.slice(5);
    for (const [name, table] of Object.entries(tables) as [keyof Tables, Map<string, unknown>][]) {
      for (const item of objects<Record<string, unknown>>(state, name)) {
        if (name === "households" || name === "residents" || name === "visits") item.cell = cell;
        item.pending = null;
        if (name === "visits") item.assists = item.assists ?? [];
        if (name === "progress") item.stages = item.stages ?? {};
        table.set(item.id as string, item);
      }
    }
  }
  return tables;
}

export type { Collections };
