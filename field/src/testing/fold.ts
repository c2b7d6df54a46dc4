/** The simulator's rules: what the server does with an operation, in the smallest form that follows wire.md. Test harness. */
import { vnDay } from "../core/clock";
import { compareIds } from "../core/ids";
import type { Operation } from "../sync/wire";

export type Row = Record<string, unknown> & { id: string };
export type Tables = Record<string, Record<string, Row>>;

export const FIELDS: Record<string, string[]> = {
  households: ["id", "label", "people", "cluster", "zalo_news", "lang_screen", "lang_listen", "lang_read", "extra"],
  residents: ["id", "household", "name", "birth_year", "alias_of", "extra"],
  calls: ["id", "last_on", "last_outcome", "follow_up_on", "visits"],
  progress: ["id", "stages"],
  visits: ["id", "household", "on", "outcome", "done_by", "by", "assists", "follow_up_on", "note", "state", "extra"],
  day_sheets: ["id", "on", "service", "count", "by"],
  conflicts: ["id", "collection", "record", "field", "kept", "kept_by", "lost", "lost_by"],
  teams: ["id", "name", "unit", "state"],
  members: ["id", "team", "name", "role", "ends"],
  groups: ["id", "team", "name", "topic", "members"],
  services: ["id", "code", "group", "icon", "names", "stages", "starts", "ends", "successor", "rank"],
  verdicts: ["id", "verdict", "reason", "code", "at"],
};

/** Who wrote which field last: record id → field → [made_at, author, seq]. */
export type Writes = Record<string, Record<string, [string, string, number]>>;

export interface CellState {
  rows: Tables;
  writes: Writes;
  /** visit id → assists with their op id, for the stages. */
  ops: Record<string, string>;
}

export class Refused extends Error {
  constructor(readonly code: string, readonly params: Record<string, string | number> = {}) {
    super(code);
  }
}

export interface Effect {
  touched: [collection: string, id: string][];
  lost: string[];
}

export function dayOf(operation: Operation): string {
  return operation.day ?? vnDay(operation.phone_at + (operation.offset_ms ?? 0));
}

export function fold(cell: CellState, operation: Operation, author: string, seq: number): Effect {
  const effect: Effect = { touched: [], lost: [] };
  const table = (name: string) => (cell.rows[name] ??= {});
  const touch = (name: string, id: string) => effect.touched.push([name, id]);
  const blank = (name: string, fields: Record<string, unknown>) =>
    Object.fromEntries(FIELDS[name]!.map((field) => [field, fields[field] ?? (field === "extra" ? {} : null)])) as Row;
  const set = (name: string, row: Row, fields: Record<string, unknown>) => {
    const writes = (cell.writes[row.id] ??= {});
    for (const [field, value] of Object.entries(fields)) {
      const last = writes[field];
      const unseen = last && last[1] !== author && last[2] > operation.base_seq;
      if (unseen && last[0] > operation.made_at && row[field] !== value) {
        effect.lost.push(field);
        const id = operation.op_id;
        table("conflicts")[id] = { id, collection: name, record: row.id, field, kept: row[field], kept_by: last[1], lost: value, lost_by: author };
        touch("conflicts", id);
        continue;
      }
      row[field] = value;
      writes[field] = [operation.made_at, author, seq];
    }
    touch(name, row.id);
  };
  const household = (id: string) => table("households")[id] ?? fail("household_unknown");
  const resident = (id: string) => table("residents")[id] ?? fail("resident_unknown");
  const visit = (id: string) => table("visits")[id] ?? fail("visit_unknown");
  switch (operation.kind) {
    case "household.add": {
      const { id, ...fields } = operation.data;
      if (table("households")[id]) fail("already_exists");
      checkPeople(fields.people);
      table("households")[id] = blank("households", { id });
      set("households", table("households")[id]!, fields);
      break;
    }
    case "household.change":
      checkPeople(operation.data.set.people);
      set("households", household(operation.data.id), operation.data.set);
      break;
    case "household.close": {
      const { id } = household(operation.data.id);
      for (const person of Object.values(table("residents"))) if (person.household === id) remove(person.id);
      delete table("households")[id];
      delete table("calls")[id];
      touch("households", id);
      touch("calls", id);
      break;
    }
    case "resident.add": {
      const { id, ...fields } = operation.data;
      household(fields.household);
      if (table("residents")[id]) fail("already_exists");
      table("residents")[id] = blank("residents", { id });
      set("residents", table("residents")[id]!, fields);
      break;
    }
    case "resident.change":
      set("residents", resident(operation.data.id), operation.data.set);
      break;
    case "resident.move":
      set("residents", resident(operation.data.id), { household: household(operation.data.to_household).id });
      break;
    case "resident.leave":
      resident(operation.data.id);
      remove(operation.data.id);
      break;
    case "visit.record": {
      const { id, assists, ...fields } = operation.data;
      household(fields.household);
      if (table("visits")[id]) fail("already_exists");
      for (const assist of assists) if (assist.resident) resident(assist.resident);
      table("visits")[id] = blank("visits", { ...fields, id, on: dayOf(operation), by: author, assists: assistRows(assists), state: "ok" });
      cell.ops[id] = operation.op_id;
      touch("visits", id);
      recount(fields.household, assists.map((assist) => assist.resident));
      break;
    }
    case "visit.correct": {
      const { assists, ...fields } = operation.data.set;
      const row = visit(operation.data.id);
      const people = (row.assists as unknown[][]).map((assist) => assist[0] as string | undefined);
      set("visits", row, { ...fields, ...(assists ? { assists: assistRows(assists) } : {}) });
      recount(row.household as string, [...people, ...(assists ?? []).map((assist) => assist.resident)]);
      break;
    }
    case "visit.void": {
      const row = visit(operation.data.id);
      if (row.state === "void") fail("already_void");
      row.state = "void";
      touch("visits", row.id);
      recount(row.household as string, (row.assists as unknown[][]).map((assist) => assist[0] as string | undefined));
      break;
    }
    case "day_sheet.set": {
      const { id, service, count } = operation.data;
      table("day_sheets")[id] = blank("day_sheets", { id, service, count, on: dayOf(operation), by: author });
      touch("day_sheets", id);
      break;
    }
    case "conflict.settle": {
      const conflict = table("conflicts")[operation.data.id] ?? fail("value_invalid", { field: "conflict" });
      if (operation.data.keep === "lost") {
        const row = table(conflict.collection as string)[conflict.record as string];
        if (row) set(conflict.collection as string, row, { [conflict.field as string]: conflict.lost });
      }
      delete table("conflicts")[conflict.id];
      touch("conflicts", conflict.id);
      break;
    }
    default:
      fail("operation_kind_unknown");
  }
  return effect;

  function remove(id: string): void {
    delete table("residents")[id];
    delete table("progress")[id];
    touch("residents", id);
    touch("progress", id);
  }

  function recount(home: string, people: (string | undefined)[]): void {
    if (!table("households")[home]) return;
    const known = Object.values(table("visits"))
      .filter((row) => row.household === home && row.state === "ok")
      .sort((a, b) => ((a.on as string) < (b.on as string) ? -1 : (a.on as string) > (b.on as string) ? 1 : compareIds(order(a.id), order(b.id))));
    const last = known[known.length - 1];
    if (last) {
      table("calls")[home] = { id: home, last_on: last.on, last_outcome: last.outcome, follow_up_on: last.follow_up_on, visits: known.length };
    } else delete table("calls")[home];
    touch("calls", home);
    for (const person of new Set(people)) {
      if (!person || !table("residents")[person]) continue;
      const stages: Record<string, [string, string]> = {};
      for (const row of known) {
        for (const [who, service, stage] of row.assists as [string, string, string][]) if (who === person) stages[service] = [stage, row.on as string];
      }
      if (Object.keys(stages).length) table("progress")[person] = { id: person, stages };
      else delete table("progress")[person];
      touch("progress", person);
    }
  }

  function order(id: string): string {
    return cell.ops[id] ?? id;
  }
}

function assistRows(assists: { resident?: string; service: string; stage: string; result?: string }[]): unknown[] {
  return assists.map((assist) => [assist.resident ?? null, assist.service, assist.stage, assist.result ?? null]);
}

function checkPeople(people: number | null | undefined): void {
  if (people !== undefined && people !== null && (people < 0 || people > 99)) fail("head_count_invalid");
}

function fail(code: string, params: Record<string, string | number> = {}): never {
  throw new Refused(code, params);
}
