import { describe, expect, it } from "vitest";
import type { OutboxRecord } from "../store/types";
import { streamName } from "./streams";
import { applyResult, applyVerdict, count, isLaid, nextBatch, reoffer, settle } from "./outcomes";

const made = (over: Partial<OutboxRecord> = {}): OutboxRecord => ({
  n: 1, op_id: "a", kind: "visit.record", state: "waiting", made_ms: 0, tries: 0, stream: null, seq: null, lost: [], problem: null,
  blocking: null, replaces: null, ending: null, discard_due: 0, sealed: "s", box: null, ...over,
});
const standing = (seq: number, durable_seq = 0) => new Map([["cell:x", { epoch: "e", seq, durable_seq }]]);
const accepted = made({ state: "accepted", stream: "cell:x", seq: 5 });

describe("outcomes of an operation", () => {
  it.each(["accepted", "duplicate", "conflict"])("%s keeps stream and seq", (status) => {
    expect(applyResult(made(), { op_id: "a", status, stream: "cell:x", seq: 5, lost: status === "conflict" ? ["people"] : undefined }))
      .toMatchObject({ state: "accepted", stream: "cell:x", seq: 5, lost: status === "conflict" ? ["people"] : [] });
  });
  it("knows a stream by one name, whichever form of its id the server wrote", () => {
    const long = "cell:01839bb9-cd5f-7552-86c9-f6457e450bb8";
    expect(applyResult(made(), { op_id: "a", status: "accepted", stream: long, seq: 1 }).stream).toBe(streamName(long));
    expect(streamName(long)).toBe("cell:AYObuc1fdVKGyfZFfkULuA");
    expect(streamName(streamName(long))).toBe("cell:AYObuc1fdVKGyfZFfkULuA");
    expect(streamName("common")).toBe("common");
    expect(streamName("cell:x")).toBe("cell:x");
  });
  it("a refusal keeps its sentence, a block its obstacle", () => {
    const refused = applyResult(made(), { op_id: "a", status: "refused", code: "household_unknown", title: "T", detail: "D", params: { n: 1 } });
    expect(refused).toMatchObject({ state: "refused", problem: { code: "household_unknown", title: "T", detail: "D", params: { n: 1 } } });
    expect(applyResult(made(), { op_id: "a", status: "blocked_by", op_id_blocking: "b" })).toMatchObject({ state: "blocked", blocking: "b" });
  });
  it("an unknown status and an accepted without its number stay waiting", () => {
    expect(applyResult(made(), { op_id: "a", status: "postponed" }).state).toBe("waiting");
    expect(applyResult(made(), { op_id: "a", status: "accepted" }).state).toBe("waiting");
  });
  it("a late answer cannot undo an acceptance", () => {
    expect(applyResult(accepted, { op_id: "a", status: "refused", code: "x" })).toBe(accepted);
  });
  it("leaves the overlay exactly when its seq is pulled", () => {
    expect(isLaid(accepted, standing(4))).toBe(true);
    expect(isLaid(accepted, standing(5))).toBe(false);
    expect(isLaid(accepted, new Map())).toBe(false); // a stream this phone does not hold
    expect(isLaid(made({ state: "refused" }), standing(0))).toBe(false);
    expect(isLaid(made({ state: "blocked" }), standing(0))).toBe(true);
  });
  it("stays in the log until it is durable", () => {
    expect(settle(accepted, standing(9, 4))).toBe(accepted);
    expect(settle(accepted, standing(4, 9))).toBe(accepted);
    expect(settle(accepted, standing(9, 5))).toMatchObject({ state: "closed", ending: "done", sealed: null });
  });
  it("is offered again after a restore, whatever the restored server calls durable", () => {
    expect(reoffer(accepted)).toMatchObject({ state: "waiting", seq: null });
    expect(reoffer(made({ state: "refused" }))).toMatchObject({ state: "waiting", problem: null });
    const closed = made({ state: "closed", ending: "done" });
    expect(reoffer(closed)).toBe(closed);
  });
  it("follows the leader's verdict", () => {
    const refused = made({ state: "refused" });
    expect(applyVerdict(refused, "release").ending).toBe("released");
    expect(applyVerdict(refused, "discarded").ending).toBe("discarded");
    expect(applyVerdict(accepted, "discard")).toBe(accepted);
  });
  it("sends in order, and blocked ones once the obstacle is gone", () => {
    const records = [
      made({ n: 3, op_id: "c", state: "blocked", blocking: "b" }),
      made({ n: 4, op_id: "d" }),
      made({ n: 2, op_id: "b", state: "refused" }),
      made({ n: 1, op_id: "a" }),
    ];
    expect(nextBatch(records, 10).map((record) => record.op_id)).toEqual(["a", "d"]);
    records[2] = { ...records[2]!, state: "closed", ending: "replaced" };
    expect(nextBatch(records, 10).map((record) => record.op_id)).toEqual(["a", "d", "c"]);
    expect(nextBatch(records, 1).map((record) => record.op_id)).toEqual(["a"]);
    expect(nextBatch(records, 10, new Set(["a", "c"])).map((record) => record.op_id)).toEqual(["d"]);
    expect(count(records)).toEqual({ waiting: 2, attention: 0, blocked: 1 });
  });
});
