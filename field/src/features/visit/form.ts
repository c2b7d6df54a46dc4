import { newId } from "../../core/ids";
import { nfcLines } from "../../core/text";
import type { Assist, Visit } from "../../sync/tables";
import type { AssistData, AssistResult, KindData, Operation, Outcome, VisitData } from "../../sync/wire";

export const NOTE_LIMIT = 280;
export const UNNAMED = "unnamed";

/** A visit as it is being filled in; the whole of it is the draft. */
export interface VisitForm {
  id: string;
  outcome: Outcome | null;
  /** Residents (or UNNAMED) that the next help is for. */
  chosen: string[];
  service: string | null;
  assists: { who: string; service: string; stage: string; result: AssistResult }[];
  follow_up_on: string | null;
  note: string;
  done_by: string | null;
  more: boolean;
}

export function blankVisit(people: string[]): VisitForm {
  // One named resident: most likely the one at the door.
  const chosen = people.length === 1 ? [people[0]!] : people.length ? [] : [UNNAMED];
  return { id: newId(), outcome: null, chosen, service: null, assists: [], follow_up_on: null, note: "", done_by: null, more: false };
}

export function visitToForm(visit: Pick<Visit, "id" | "outcome" | "assists" | "follow_up_on" | "note" | "done_by">): VisitForm {
  return {
    ...blankVisit([]), id: visit.id, outcome: visit.outcome, chosen: [], more: !!(visit.note || visit.follow_up_on || visit.done_by),
    assists: visit.assists.map(([resident, service, stage, result]: Assist) => ({ who: resident ?? UNNAMED, service, stage, result: result === "problem" ? "problem" : "done" })),
    follow_up_on: visit.follow_up_on, note: visit.note ?? "", done_by: visit.done_by,
  };
}

export function operationToForm(operation: Operation, visit: Visit | undefined): VisitForm | null {
  if (operation.kind === "visit.record") {
    const { data } = operation;
    return visitToForm({
      id: data.id, outcome: data.outcome, assists: data.assists.map((one): Assist => [one.resident ?? null, one.service, one.stage, one.result ?? null]),
      follow_up_on: data.follow_up_on ?? null, note: data.note ?? null, done_by: data.done_by ?? null,
    });
  }
  if (operation.kind === "visit.correct" && visit) return visitToForm(visit);
  return null;
}

/** Puts one stage of one service for everybody chosen; a second stage for the same person and service takes its place. */
export function addAssists(form: VisitForm, service: string, stage: string): VisitForm["assists"] {
  const whom = form.chosen.length ? form.chosen : [UNNAMED];
  const kept = form.assists.filter((one) => one.service !== service || one.who === UNNAMED || !whom.includes(one.who));
  return [...kept, ...whom.map((who) => ({ who, service, stage, result: "done" as const }))];
}

function assistData(form: VisitForm): AssistData[] {
  if (form.outcome !== "met") return [];
  return form.assists.map(({ who, service, stage, result }) => ({ ...(who === UNNAMED ? {} : { resident: who }), service, stage, result }));
}

export function visitData(form: VisitForm, household: string): VisitData {
  const note = nfcLines(form.note);
  return {
    id: form.id, household, outcome: form.outcome!, assists: assistData(form),
    ...(form.done_by ? { done_by: form.done_by } : {}),
    ...(form.follow_up_on ? { follow_up_on: form.follow_up_on } : {}),
    ...(note ? { note } : {}),
  };
}

/** Only what differs from the visit as it stands. */
export function correction(form: VisitForm, visit: Visit): KindData["visit.correct"]["set"] {
  const set: KindData["visit.correct"]["set"] = {};
  const note = nfcLines(form.note);
  if (form.outcome !== visit.outcome) set.outcome = form.outcome!;
  const before = JSON.stringify(visit.assists.map(([who, service, stage, result]) => [who, service, stage, result ?? "done"]));
  const assists = assistData(form);
  if (JSON.stringify(assists.map((one) => [one.resident ?? null, one.service, one.stage, one.result])) !== before) set.assists = assists;
  if (form.follow_up_on !== visit.follow_up_on) set.follow_up_on = form.follow_up_on;
  if (note !== (visit.note ?? "")) set.note = note;
  if (form.done_by !== visit.done_by) set.done_by = form.done_by;
  return set;
}
