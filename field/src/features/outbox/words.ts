import type { Operation } from "../../sync/wire";
import { named, t, told } from "../../ui/i18n";
import { serviceById, tables } from "../common/app";

/** An operation in words: what was done, and to whom. */
export function operationWords(operation: Operation | undefined, kind: string): { what: string; whom: string; icon: string } {
  const what = told(`op.${kind}`, {}, t("op.other"));
  if (!operation) return { what, whom: "", icon: "outbox" };
  const { households, residents, visits } = tables.value;
  const home = (id: string | undefined) => (id ? households.get(id)?.label ?? "" : "");
  const person = (id: string | undefined) => (id ? residents.get(id)?.name ?? "" : "");
  switch (operation.kind) {
    case "household.add":
      return { what, whom: operation.data.label, icon: "house" };
    case "household.change":
    case "household.close":
    case "household.move":
      return { what, whom: home(operation.data.id), icon: "house" };
    case "resident.add":
      return { what, whom: [operation.data.name, home(operation.data.household)].filter(Boolean).join(" – "), icon: "personadd" };
    case "resident.change":
    case "resident.move":
    case "resident.leave":
    case "resident.merge":
    case "resident.unmerge":
      return { what, whom: person(operation.data.id), icon: "person" };
    case "visit.record":
      return { what: `${what}: ${t(`outcome.${operation.data.outcome}`)}`, whom: home(operation.data.household), icon: operation.data.outcome };
    case "visit.correct":
    case "visit.void":
      return { what, whom: home(visits.get(operation.data.id)?.household), icon: operation.kind === "visit.void" ? "close" : "edit" };
    case "day_sheet.set":
      return { what, whom: named(serviceById.value.get(operation.data.service)?.names), icon: "today" };
    default:
      return { what, whom: "", icon: "balance" };
  }
}
