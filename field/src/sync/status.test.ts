import { describe, expect, it } from "vitest";
import { statusOf, type StatusInput } from "./status";

const quiet: StatusInput = {
  waiting: 0, attention: 0, blocked: 0, sending: false, signedOut: false, offline: null, allSentMs: null, storageAtRisk: false, storageFull: false,
};
const at = (input: Partial<StatusInput>) => statusOf({ ...quiet, ...input }, () => "10:42");

describe("status line", () => {
  it("says that everything is sent, and when", () => {
    expect(at({ allSentMs: 1 })).toEqual({ tone: "good", main: { key: "status.all_sent", params: { time: "10:42" } }, more: [] });
    expect(at({}).main.key).toBe("status.nothing_to_send");
  });
  it("never says 'all sent' while anything waits or needs a person", () => {
    for (const input of [{ waiting: 12 }, { blocked: 1 }, { attention: 3 }]) {
      const status = at({ ...input, allSentMs: 1 });
      expect([status.main, ...status.more].map((part) => part.key)).not.toContain("status.all_sent");
    }
    expect(at({ waiting: 12, allSentMs: 1 }).main).toEqual({ key: "status.waiting", params: { n: 12 } });
  });
  it("counts what is blocked as not sent", () => {
    expect(at({ waiting: 2, blocked: 3 }).main.params).toEqual({ n: 5 });
  });
  it("hides nothing behind something else", () => {
    const status = at({ waiting: 2, attention: 3, offline: "portal", storageAtRisk: true, signedOut: true, storageFull: true });
    expect([status.main, ...status.more].map((part) => part.key)).toEqual([
      "status.storage_full", "status.signed_out", "status.attention", "status.waiting", "status.offline_portal", "status.storage_at_risk",
    ]);
    expect(status.tone).toBe("bad");
  });
  it("warns of storage only while something could be lost", () => {
    expect(at({ storageAtRisk: true, allSentMs: 1 }).more).toEqual([]);
    expect(at({ storageAtRisk: true, waiting: 1 }).more).toEqual([{ key: "status.storage_at_risk", params: {} }]);
  });
  it("does not claim to be sending without a network", () => {
    expect(at({ waiting: 1, sending: true }).main.key).toBe("status.sending");
    expect(at({ waiting: 1, sending: true, offline: "network" }).main.key).toBe("status.waiting");
  });
});
