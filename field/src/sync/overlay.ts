/**
 * What the screen shows: the server's rows with this phone's own operations laid over them. Pure: the same rows and
 * operations give the same screen. It says what will most likely hold; the server alone merges and its rows replace this.
 */
import { compareIds } from "../core/ids";
import type { AssistData, KindData, Operation } from "./wire";
import type { Assist, Call, Household, Pending, Progress, Resident, Tables, Visit } from "./tables";

/** An operation that is still laid over the rows. */
export interface Laid {
  operation: Operation;
  pending: Exclude<Pending, null>;
  /** Fields of it that lost against another author. */
  lost: string[];
}

export interface OverlayOptions {
  /** The user's id: whose visits these are. */
  me: string | null;
  /** The day an operation counts for, as far as the phone can tell. */
  dayOf: (operation: Operation) => string;
}

/** Lays operations, in their order of recording, over the rows. `base` is left as it was. */
export function overlay(base: Tables, laid: Laid[], options: OverlayOptions): Tables {
  if (!laid.length) return base;
  const tables: Tables = {
    households: new Map(base.households), residents: new Map(base.residents), calls: new Map(base.calls),
    progress: new Map(base.progress), visits: new Map(base.visits), day_sheets: new Map(base.day_sheets),
    conflicts: new Map(base.conflicts),
  };
  for (const item of laid) lay(tables, item, options);
  return tables;
}

function lay(tables: Tables, { operation, pending, lost }: Laid, options: OverlayOptions): void {
  switch (operation.kind) {
    case "household.add": {
      const { id, ...fields } = operation.data;
      if (tables.households.has(id)) return;
      tables.households.set(id, { ...EMPTY_HOUSEHOLD, ...fields, id, cell: operation.cell ?? "", pending });
      return;
    }
    case "household.change":
      change(tables.households, operation.data.id, operation.data.set, pending, lost);
      return;
    case "household.close":
      closeHousehold(tables, operation.data.id);
      return;
    case "household.move":
      change(tables.households, operation.data.id, { cell: operation.data.to_cell }, pending, lost);
      for (const resident of tables.residents.values()) {
        if (resident.household === operation.data.id) change(tables.residents, resident.id, { cell: operation.data.to_cell }, pending, []);
      }
      return;
    case "resident.add":
      addResident(tables, operation.data, operation.cell, pending);
      return;
    case "resident.change":
      change(tables.residents, operation.data.id, operation.data.set, pending, lost);
      return;
    case "resident.move":
      change(tables.residents, operation.data.id, { household: operation.data.to_household }, pending, lost);
      return;
    case "resident.leave":
      tables.residents.delete(operation.data.id);
      tables.progress.delete(operation.data.id);
      return;
    case "resident.merge": {
      const { id, with: other } = operation.data;
      const [stays, goes] = compareIds(id, other) < 0 ? [id, other] : [other, id];
      change(tables.residents, goes, { alias_of: stays }, pending, lost);
      return;
    }
    case "resident.unmerge":
      change(tables.residents, operation.data.id, { alias_of: null }, pending, lost);
      return;
    case "visit.record":
      recordVisit(tables, operation.data, options.dayOf(operation), operation.cell, pending, options.me);
      return;
    case "visit.correct":
      correctVisit(tables, operation.data, pending, lost);
      return;
    case "visit.void":
      voidVisit(tables, operation.data.id, pending);
      return;
    case "day_sheet.set": {
      const { id, service, count } = operation.data;
      const on = operation.day ?? options.dayOf(operation);
      tables.day_sheets.set(id, { id, on, service, count, by: options.me, pending });
      return;
    }
    case "conflict.settle":
      settleConflict(tables, operation.data, pending);
      return;
    default:
      return; // a kind of a newer app on this phone: shown in the outbox, not over the rows
  }
}

const EMPTY_HOUSEHOLD: Omit<Household, "id" | "cell" | "pending"> = {
  label: "", people: null, cluster: null, zalo_news: null, lang_screen: null, lang_listen: null, lang_read: null,
};

function change<T extends { pending: Pending }>(
  table: Map<string, T>, id: string, set: object, pending: Pending, lost: string[],
): void {
  const found = table.get(id);
  if (!found) return;
  const next: Record<string, unknown> = { ...found, pending };
  for (const [field, value] of Object.entries(set)) if (!lost.includes(field)) next[field] = value;
  table.set(id, next as unknown as T);
}

function closeHousehold(tables: Tables, id: string): void {
  tables.households.delete(id);
  tables.calls.delete(id);
  for (const resident of [...tables.residents.values()]) {
    if (resident.household !== id) continue;
    tables.residents.delete(resident.id);
    tables.progress.delete(resident.id);
  }
}

function addResident(tables: Tables, data: KindData["resident.add"], cell: string | null, pending: Pending): void {
  if (tables.residents.has(data.id)) return;
  const home = tables.households.get(data.household);
  const resident: Resident = {
    id: data.id, cell: home?.cell ?? cell ?? "", household: data.household, name: data.name,
    birth_year: data.birth_year ?? null, alias_of: null, pending,
  };
  tables.residents.set(data.id, resident);
}

export function assistRow(assist: AssistData): Assist {
  return [assist.resident ?? null, assist.service, assist.stage, assist.result ?? null];
}

function recordVisit(
  tables: Tables, data: KindData["visit.record"], on: string, cell: string | null, pending: Pending, me: string | null,
): void {
  if (tables.visits.has(data.id)) return;
  const visit: Visit = {
    id: data.id, cell: tables.households.get(data.household)?.cell ?? cell ?? "", household: data.household, on,
    outcome: data.outcome, done_by: data.done_by ?? null, by: me, assists: data.assists.map(assistRow),
    follow_up_on: data.follow_up_on ?? null, note: data.note ?? null, state: "ok", pending,
  };
  tables.visits.set(visit.id, visit);
  const before = tables.calls.get(visit.household);
  const latest = !before?.last_on || on >= before.last_on;
  tables.calls.set(visit.household, {
    id: visit.household,
    visits: (before?.visits ?? 0) + 1,
    last_on: latest ? on : before.last_on,
    last_outcome: latest ? visit.outcome : before.last_outcome,
    follow_up_on: latest ? visit.follow_up_on : before.follow_up_on,
    pending,
  });
  for (const assist of visit.assists) raise(tables, assist, on, pending);
}

function raise(tables: Tables, [resident, service, stage]: Assist, on: string, pending: Pending): void {
  if (!resident || !tables.residents.has(resident)) return;
  const before = tables.progress.get(resident);
  const held = before?.stages[service];
  if (held && held[1] > on) return;
  tables.progress.set(resident, { id: resident, stages: { ...before?.stages, [service]: [stage, on] }, pending });
}

function correctVisit(tables: Tables, { id, set }: KindData["visit.correct"], pending: Pending, lost: string[]): void {
  const before = tables.visits.get(id);
  if (!before) return;
  const { assists, ...plain } = set;
  const fields: Partial<Visit> = { ...(plain as Partial<Visit>) };
  if (assists) fields.assists = assists.map(assistRow);
  change(tables.visits, id, fields, pending, lost);
  recount(tables, before.household, before, pending);
}

function voidVisit(tables: Tables, id: string, pending: Pending): void {
  const before = tables.visits.get(id);
  if (!before || before.state === "void") return;
  tables.visits.set(id, { ...before, state: "void", pending });
  recount(tables, before.household, before, pending);
}

/** The household's call and its people's stages after one of its visits changed, from the visits the phone knows. */
function recount(tables: Tables, household: string, before: Visit, pending: Pending): void {
  const known: Visit[] = [];
  for (const visit of tables.visits.values()) if (visit.household === household && visit.state === "ok") known.push(visit);
  known.sort((a, b) => (a.on === b.on ? compareIds(a.id, b.id) : a.on < b.on ? -1 : 1));
  const call = tables.calls.get(household);
  if (call) {
    const voided = tables.visits.get(before.id)?.state === "void";
    const visits = Math.max(known.length, call.visits - (voided ? 1 : 0));
    const last = known[known.length - 1];
    // Older visits than the window may exist: then the last known one counts only if it is not older than what is said.
    const next: Call = { ...call, visits, pending };
    if (!visits) Object.assign(next, { last_on: null, last_outcome: null, follow_up_on: null });
    else if (last) Object.assign(next, { last_on: last.on, last_outcome: last.outcome, follow_up_on: last.follow_up_on });
    if (visits) tables.calls.set(household, next);
    else tables.calls.delete(household);
  }
  for (const [resident, service, stage] of before.assists) {
    if (!resident) continue;
    const held = tables.progress.get(resident);
    if (held?.stages[service]?.[0] === stage && held.stages[service][1] === before.on) {
      const { [service]: _gone, ...rest } = held.stages;
      tables.progress.set(resident, { id: resident, stages: rest, pending });
    }
  }
  for (const visit of known) for (const assist of visit.assists) raise(tables, assist, visit.on, pending);
  for (const [resident] of before.assists) {
    const held: Progress | undefined = resident ? tables.progress.get(resident) : undefined;
    if (held && !Object.keys(held.stages).length) tables.progress.delete(held.id);
  }
}

function settleConflict(tables: Tables, { id, keep }: KindData["conflict.settle"], pending: Pending): void {
  const conflict = tables.conflicts.get(id);
  if (!conflict) return;
  tables.conflicts.delete(id);
  if (keep !== "lost") return;
  const table = conflict.collection === "households" ? tables.households : conflict.collection === "residents" ? tables.residents : null;
  if (table) change(table as Map<string, Household>, conflict.record, { [conflict.field]: conflict.lost }, pending, []);
}
