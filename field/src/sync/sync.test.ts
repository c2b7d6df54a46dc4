import { describe, expect, it } from "vitest";
import { newId } from "../core/ids";
import { rowLocked } from "../store/locks";
import { getMeta } from "../store/db";
import { keepDraft, readDraft } from "../store/drafts";
import { bare, Phone } from "../testing/phone";
import { seed, type Seeded } from "../testing/seed";
import { withdraw } from "./operations";

async function ready(households = 4): Promise<{ world: Seeded; phone: Phone; home: string }> {
  const world = seed(households, 2);
  const phone = await Phone.start(world.server);
  await phone.enrol("111111");
  const result = await phone.sync(true);
  expect(result).toMatchObject({ offline: null, signedOut: false, refusal: null });
  return { world, phone, home: [...phone.rows().households.keys()][0]! };
}
const visit = (household: string, extra = {}) => ({ id: newId(), household, outcome: "met" as const, assists: [], ...extra });
const states = async (phone: Phone) => (await phone.outbox()).map((entry) => entry.state);

describe("first sync", () => {
  it("takes /me and one request per stream, and holds what the digest says", async () => {
    const { world, phone } = await ready();
    expect(phone.rows().households.size).toBe(4);
    expect(world.server.reports).toEqual([]);
    expect(world.server.requests.slice(1)).toEqual([
      "GET /api/v1/me", "GET /api/v1/common/snapshot", `GET /api/v1/cells/${world.cell}/snapshot`,
      `GET /api/v1/units/${world.unit}/snapshot`, `GET /api/v1/users/${world.users[0]!.id}/snapshot`,
    ]);
    const again = bare(phone.rows());
    await phone.boot();
    expect(bare(phone.rows())).toEqual(again);
  });
  it("keeps no readable name on the phone", async () => {
    const { phone, home } = await ready();
    await phone.act("visit.record", visit(home, { note: "ghi chú bí mật" }));
    const dump = JSON.stringify([await phone.context.db.blocks.toArray(), await phone.outbox()], (_key, value: unknown) =>
      value instanceof ArrayBuffer ? Buffer.from(value).toString("latin1") : value);
    expect(dump).not.toContain("Hộ ");
    expect(dump).not.toContain(Buffer.from("Hộ ").toString("latin1"));
    expect(dump).not.toContain("bí mật");
  });
});

describe("push", () => {
  it("shows an act at once, then the server's rows without a gap", async () => {
    const { phone, home } = await ready();
    phone.online = false;
    const data = visit(home);
    await phone.act("visit.record", data);
    expect((await phone.screen()).visits.get(data.id)?.pending).toBe("waiting");
    expect((await phone.sync()).offline).toBe("network");
    phone.online = true;
    const { push } = await import("./push");
    await push({ db: phone.context.db, http: phone.context.http, vault: phone.context.vault, now: () => phone.now() });
    expect((await phone.screen()).visits.get(data.id)?.pending).toBe("accepted");
    expect(phone.rows().visits.has(data.id)).toBe(false);
    await phone.sync();
    expect((await phone.screen()).visits.get(data.id)?.pending).toBeNull();
    expect(phone.rows().visits.has(data.id)).toBe(true);
    expect(await states(phone)).toEqual(["accepted"]); // in the log until durable
  });
  it("forgets an accepted operation only when it is durable", async () => {
    const { world, phone, home } = await ready();
    await phone.act("visit.record", visit(home));
    await phone.sync();
    expect((await phone.outbox())[0]!.box).not.toBeNull();
    world.server.saveBackup();
    await phone.sync();
    expect((await phone.outbox())[0]).toMatchObject({ state: "closed", ending: "done", box: null, sealed: null });
  });
  it.each(["unanswered", "twice", "busy", "portal"] as const)("arrives once although a request was %s", async (fault) => {
    const { world, phone, home } = await ready();
    const data = visit(home);
    await phone.act("visit.record", data);
    phone.faults = [fault];
    await phone.sync();
    await phone.boot();
    await phone.sync();
    const stream = world.server.stream(`cell:${world.cell}`);
    expect(stream.log.filter((entry) => entry.touched.some(([, id]) => id === data.id))).toHaveLength(1);
    expect(await states(phone)).toEqual(["accepted"]);
  });
  it("is sent sealed by the background, and by a phone whose key is gone", async () => {
    const { world, phone, home } = await ready();
    const data = visit(home);
    await phone.act("visit.record", data);
    await phone.background();
    expect(await states(phone)).toEqual(["accepted"]);
    await phone.sync();
    expect(phone.rows().visits.get(data.id)?.outcome).toBe("met");
    await phone.act("visit.record", visit(home));
    await phone.context.db.outbox.toCollection().modify((entry) => { if (entry.state === "waiting") entry.box = { ...entry.box!, k: "wiped" }; });
    await phone.sync();
    expect(await states(phone)).toEqual(["accepted", "accepted"]);
    expect(world.server.reports).toEqual([]);
  });
  it("keeps a refusal with its sentence, lets it be replaced, and frees what waited for it", async () => {
    const { phone } = await ready();
    const household = newId();
    const add = await phone.act("household.add", { id: household, label: "Hộ bà Danh Thị Lành", people: 200 });
    const then = visit(household);
    await phone.act("visit.record", then);
    await phone.sync();
    expect(await states(phone)).toEqual(["refused", "blocked"]);
    expect((await phone.outbox())[0]!.problem).toMatchObject({ code: "head_count_invalid" });
    await phone.act("household.add", { id: household, label: "Hộ bà Danh Thị Lành", people: 2 }, { replaces: add.op_id });
    await phone.sync();
    expect(await states(phone)).toEqual(["closed", "accepted", "accepted"]);
    expect(phone.rows().visits.has(then.id)).toBe(true);
  });
  it("discards a refusal together with what waits for it", async () => {
    const { world, phone } = await ready();
    const household = newId();
    const add = await phone.act("household.add", { id: household, label: "Hộ ông Kim Văn Tư", people: 200 });
    await phone.act("visit.record", visit(household));
    await phone.sync();
    expect(await phone.discard(add.op_id)).toBe(2);
    await phone.sync();
    expect(await states(phone)).toEqual(["closed", "closed"]);
    expect(world.server.requests).toContain(`POST /api/v1/quarantine/${add.op_id}`);
  });
  it("takes back only what certainly never left", async () => {
    const { phone, home } = await ready();
    const one = await phone.act("visit.record", visit(home));
    expect(await withdraw(phone.context.db, one.op_id)).toBe(true);
    const two = await phone.act("visit.record", visit(home));
    phone.faults = ["unanswered"];
    await phone.sync();
    expect(await withdraw(phone.context.db, two.op_id)).toBe(false);
    await phone.act("visit.void", { id: (two.data as { id: string }).id });
    await phone.sync();
    expect(phone.rows().visits.get((two.data as { id: string }).id)?.state).toBe("void");
    expect(phone.rows().calls.get(home)?.visits ?? 0).toBe((await phone.screen()).calls.get(home)?.visits ?? 0);
  });
  it("keeps the outbox when the token is revoked and sends it after the same person enrols again", async () => {
    const { world, phone, home } = await ready();
    for (const held of world.server.tokens.values()) held.revoked = true;
    const data = visit(home);
    await phone.act("visit.record", data);
    expect((await phone.sync()).signedOut).toBe(true);
    expect((await getMeta(phone.context.db, "session"))?.signed_out).toBe(true);
    await expect(phone.enrol("222222")).rejects.toThrow(/another person/);
    expect(await states(phone)).toEqual(["refused"]); // deposited in quarantine by the revoked device
    await phone.enrol("111111");
    await phone.sync(true);
    expect(phone.rows().visits.has(data.id)).toBe(true);
    expect(await states(phone)).toEqual(["closed", "accepted"]);
  });
  it("keeps everything when the token is unknown, and sends nothing until somebody signs in", async () => {
    const { world, phone, home } = await ready();
    world.server.tokens.clear();
    await phone.act("visit.record", visit(home));
    expect((await phone.sync()).signedOut).toBe(true);
    expect(await states(phone)).toEqual(["waiting"]);
    const asked = world.server.requests.length;
    await phone.sync();
    expect(world.server.requests.length).toBe(asked);
  });
  it("drops the draft in the same transaction as the act is written", async () => {
    const { phone, home } = await ready();
    await keepDraft(phone.context.db, phone.context.vault, "visit:x", { outcome: "met" });
    expect(await readDraft(phone.context.db, phone.context.vault, "visit:x")).toEqual({ outcome: "met" });
    await phone.act("visit.record", visit(home), { draft: "visit:x" });
    expect(await readDraft(phone.context.db, phone.context.vault, "visit:x")).toBeNull();
  });
});

describe("pull", () => {
  it("reads changes in pages and drops what is gone", async () => {
    const { world, phone, home } = await ready();
    world.server.pageSize = 3;
    for (let at = 0; at < 10; at++) world.server.write(`cell:${world.cell}`, "households", { id: newId(), label: `Hộ ${at}` });
    const other = await Phone.start(world.server);
    await other.enrol("222222");
    await other.sync(true);
    await other.act("household.close", { id: home, reason: "moved_away" });
    await other.sync();
    await phone.sync();
    expect(bare(phone.rows())).toEqual(bare(other.rows()));
    expect(phone.rows().households.has(home)).toBe(false);
    expect(world.server.reports).toEqual([]);
  });
  it("follows an old stored snapshot with the tail, and does not set its clock by it", async () => {
    const world = seed(3, 1);
    const start = Date.now();
    world.server.now = () => start;
    await world.server.storeSnapshot(`cell:${world.cell}`, world.users[0]!);
    world.server.now = () => start + 600_000;
    const fresh = newId();
    world.server.write(`cell:${world.cell}`, "households", { id: fresh, label: "Hộ mới" });
    const phone = await Phone.start(world.server, -5_000);
    await phone.enrol("111111");
    await phone.sync(true);
    expect(phone.rows().households.has(fresh)).toBe(true);
    expect((await getMeta(phone.context.db, "clock"))?.offset_ms).toBe(5_000);
    expect(world.server.reports).toEqual([]);
  });
  it("notices a drifted state, reports it and heals", async () => {
    const { world, phone, home } = await ready();
    const state = phone.context.states.get(`cell:${world.cell}`)!;
    state.record.digest = "00000000000000ff";
    await phone.context.db.streams.put(state.record);
    await phone.act("visit.record", visit(home));
    await phone.sync();
    expect(world.server.reports).toHaveLength(1);
    expect(world.server.reports[0]).toMatchObject({ stream: `cell:${world.cell}`, kind: "digest_mismatch" });
    await phone.sync();
    expect(world.server.reports).toHaveLength(1);
  });
  it("offers again what a restored server lost", async () => {
    const { world, phone, home } = await ready();
    const kept = visit(home);
    await phone.act("visit.record", kept);
    await phone.sync();
    world.server.saveBackup();
    const lost = visit(home);
    await phone.act("visit.record", lost);
    await phone.sync();
    world.server.restore();
    await phone.sync();
    expect([...phone.rows().visits.keys()]).toEqual(expect.arrayContaining([kept.id, lost.id]));
    expect(phone.rows().calls.get(home)?.visits).toBe((await phone.screen()).calls.get(home)?.visits);
  });
  it("finishes what a kill interrupted in the middle of a restore", async () => {
    const { world, phone, home } = await ready();
    world.server.saveBackup();
    const lost = visit(home);
    await phone.act("visit.record", lost);
    await phone.sync();
    world.server.restore();
    phone.faults = ["ok", "ok", "ok", "lost"]; // nothing to push; /common changes and snapshot arrive, then the network goes
    await phone.sync();
    await phone.boot();
    await phone.sync();
    expect(phone.rows().visits.has(lost.id)).toBe(true);
    expect(await getMeta(phone.context.db, "restored")).toBeUndefined();
  });
  it("sends before it removes a cell that is no longer ours, and says so", async () => {
    const { world, phone, home } = await ready();
    const data = visit(home);
    phone.online = false;
    await phone.act("visit.record", data);
    phone.online = true;
    world.users[0]!.cells = [];
    await phone.sync();
    expect(phone.context.states.has(`cell:${world.cell}`)).toBe(false);
    expect(await phone.context.db.blocks.where("stream").equals(`cell:${world.cell}`).count()).toBe(0);
    expect(await getMeta(phone.context.db, "news")).toEqual([{ key: "news.cell_removed", params: { name: "Trường Thành B" } }]);
    expect((await phone.outbox())[0]!.state).toBe("refused"); // it is with the leader, and on this phone under "needs attention"
  });
  it("follows a split to the successors", async () => {
    const { world, phone, home } = await ready();
    const next = newId();
    const stream = world.server.stream(`cell:${world.cell}`);
    Object.assign(world.server.stream(`cell:${next}`), { rows: stream.rows, name: "Trường Thành B1", seq: 0 });
    stream.ended = [next];
    stream.rows = {};
    world.users[0]!.cells = [next];
    await phone.act("visit.record", visit(home));
    await phone.sync();
    await phone.sync();
    expect([...phone.context.states.keys()]).toContain(`cell:${next}`);
    expect(phone.rows().households.has(home)).toBe(true);
    expect(await states(phone)).toEqual(["accepted"]);
  });
});

describe("several tabs", () => {
  it("a lock row admits one, and expires with a killed tab", async () => {
    const { phone } = await ready();
    const { db } = phone.context;
    let now = 0;
    const inside = await rowLocked(db, "sync", async () => rowLocked(db, "sync", async () => "second", 15_000, () => now), 15_000, () => now);
    expect(inside).toBeNull();
    await db.locks.put({ name: "sync", owner: "killed", until: 100 });
    expect(await rowLocked(db, "sync", async () => "ran", 15_000, () => now)).toBeNull();
    now = 101;
    expect(await rowLocked(db, "sync", async () => "ran", 15_000, () => now)).toBe("ran");
  });
  it("two tabs that record at once get different clocks", async () => {
    const { phone, home } = await ready();
    const made = await Promise.all([1, 2, 3, 4].map(() => phone.act("visit.record", visit(home))));
    expect(new Set(made.map((operation) => operation.made_at)).size).toBe(4);
  });
});
