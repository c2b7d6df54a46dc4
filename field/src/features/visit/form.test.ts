import { describe, expect, it } from "vitest";
import type { Visit } from "../../sync/tables";
import { addAssists, blankVisit, correction, UNNAMED, visitData, visitToForm } from "./form";

const visit: Visit = {
  id: "v", cell: "c", household: "h", on: "2026-11-20", outcome: "met", done_by: null, by: "me", assists: [["p", "s1", "told", null], [null, "s1", "set_up", "problem"]],
  follow_up_on: null, note: null, state: "ok", pending: null,
};

describe("a visit being filled in", () => {
  it("takes the only resident of the household as the one at the door, else nobody", () => {
    expect(blankVisit(["p"]).chosen).toEqual(["p"]);
    expect(blankVisit([]).chosen).toEqual([UNNAMED]);
    expect(blankVisit(["p", "q"]).chosen).toEqual([]);
  });
  it("a second stage for one person and service takes the first one's place; unnamed people add up", () => {
    let form = { ...blankVisit(["p"]), chosen: ["p", UNNAMED] };
    form = { ...form, assists: addAssists(form, "s1", "told") };
    form = { ...form, assists: addAssists(form, "s1", "set_up") };
    expect(form.assists.map((one) => [one.who, one.stage])).toEqual([[UNNAMED, "told"], ["p", "set_up"], [UNNAMED, "set_up"]]);
  });
  it("sends help only for a visit where somebody was met, and nothing that was left empty", () => {
    const form = { ...blankVisit(["p"]), outcome: "absent" as const, assists: [{ who: "p", service: "s1", stage: "told", result: "done" as const }], note: "  " };
    expect(visitData(form, "h")).toEqual({ id: form.id, household: "h", outcome: "absent", assists: [] });
    expect(visitData({ ...form, outcome: "met", note: " Đã  cài " }, "h")).toMatchObject({
      assists: [{ resident: "p", service: "s1", stage: "told", result: "done" }], note: "Đã cài",
    });
  });
  it("a correction names only what differs", () => {
    const form = visitToForm(visit);
    expect(correction(form, visit)).toEqual({});
    expect(correction({ ...form, outcome: "absent" }, visit)).toEqual({ outcome: "absent", assists: [] });
    expect(correction({ ...form, note: "x", follow_up_on: "2026-12-01" }, visit)).toEqual({ note: "x", follow_up_on: "2026-12-01" });
    expect(correction({ ...form, follow_up_on: null }, { ...visit, follow_up_on: "2026-12-01" })).toEqual({ follow_up_on: null });
  });
});
