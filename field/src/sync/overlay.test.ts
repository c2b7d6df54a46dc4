import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newId } from "../core/ids";
import { bare, Phone } from "../testing/phone";
import { randomOf, seed } from "../testing/seed";
import { overlay } from "./overlay";
import { emptyTables } from "./tables";
import type { AssistData, Outcome } from "./wire";

const options = { me: "me", dayOf: () => "2024-10-01" };
const OUTCOMES: Outcome[] = ["met", "absent", "come_back", "not_now"];

const schedules = Number(process.env.TOSO_SCHEDULES ?? 25);

/** One random act of a member, on what the screen shows. */
async function randomAct(phone: Phone, random: () => number): Promise<void> {
  const screen = await phone.screen();
  const pick = <T>(list: T[]): T | undefined => list[Math.floor(random() * list.length)];
  const home = pick([...screen.households.values()]);
  const person = pick([...screen.residents.values()]);
  const visit = pick([...screen.visits.values()].filter((one) => one.state === "ok"));
  const services = [...(phone.context.states.get("common")?.rows.get("services")?.keys() ?? [])];
  const assists = (household: string): AssistData[] => {
    const people = [...screen.residents.values()].filter((one) => one.household === household);
    return people.filter(() => random() < 0.5).map((one) => ({ resident: one.id, service: pick(services)!, stage: pick(["told", "set_up", "alone"])! }));
  };
  const dice = random();
  if (dice < 0.1 || !home) await phone.act("household.add", { id: newId(), label: `Hộ ${Math.floor(random() * 99)}`, people: 3 });
  else if (dice < 0.25) await phone.act("household.change", { id: home.id, set: { people: Math.floor(random() * 9), zalo_news: random() < 0.5 } });
  else if (dice < 0.35) await phone.act("resident.add", { id: newId(), household: home.id, name: "Thạch Sa Rinh", birth_year: 1970 });
  else if (dice < 0.4 && person) await phone.act("resident.change", { id: person.id, set: { name: "Lý Thị Đẹp" } });
  else if (dice < 0.44 && person) await phone.act("resident.move", { id: person.id, to_household: home.id });
  else if (dice < 0.47 && person) await phone.act("resident.leave", { id: person.id, reason: "moved_away" });
  else if (dice < 0.49) await phone.act("household.close", { id: home.id, reason: "dissolved" });
  else if (dice < 0.56 && visit) await phone.act("visit.void", { id: visit.id });
  else if (dice < 0.66 && visit) {
    await phone.act("visit.correct", { id: visit.id, set: { outcome: pick(OUTCOMES)!, follow_up_on: random() < 0.5 ? null : "2026-12-24", assists: assists(visit.household) } });
  } else if (dice < 0.7) await phone.act("day_sheet.set", { id: newId(), service: pick(services) ?? "s", count: Math.floor(random() * 30) });
  else await phone.act("visit.record", { id: newId(), household: home.id, outcome: pick(OUTCOMES)!, assists: assists(home.id) });
}

describe("overlay", () => {
  it("leaves the rows as they were", () => {
    const base = emptyTables();
    base.households.set("h", { id: "h", cell: "c", label: "Hộ", people: 2, cluster: null, zalo_news: null, lang_screen: null, lang_listen: null, lang_read: null, pending: null });
    const operation = { op_id: "o", kind: "household.change" as const, cell: "c", base_seq: 0, made_at: "", phone_at: 0, offset_ms: 0, contact_at: 0, day: null, replaces: null, data: { id: "h", set: { people: 5, cluster: "Rạch" } } };
    const shown = overlay(base, [{ operation, pending: "accepted", lost: ["people"] }], options);
    expect(shown.households.get("h")).toMatchObject({ people: 2, cluster: "Rạch", pending: "accepted" }); // what lost is not shown
    expect(base.households.get("h")).toMatchObject({ cluster: null, pending: null });
    expect(overlay(base, [], options)).toBe(base);
  });
  it("ignores operations on records that are not here", () => {
    const operation = { op_id: "o", kind: "visit.void" as const, cell: "c", base_seq: 0, made_at: "", phone_at: 0, offset_ms: 0, contact_at: 0, day: null, replaces: null, data: { id: "nobody" } };
    expect(bare(overlay(emptyTables(), [{ operation, pending: "waiting", lost: [] }], options))).toEqual(bare(emptyTables()));
  });

  it("foretells for one author exactly what the server will say", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (number) => {
        const random = randomOf(number);
        const { server } = seed(3, 2);
        const phone = await Phone.start(server);
        await phone.enrol("111111");
        await phone.sync(true);
        const acts = 1 + Math.floor(random() * 12);
        for (let at = 0; at < acts; at++) await randomAct(phone, random);
        const foretold = bare(await phone.screen());
        await phone.sync();
        expect((await phone.outbox()).map((entry) => entry.state)).toEqual(Array(acts).fill("accepted"));
        expect(bare(await phone.screen())).toEqual(foretold);
        expect(bare(phone.rows())).toEqual(foretold);
        expect(server.reports).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 180_000);

  it("two phones, lost answers, kills, restores: both end equal to the server and nothing is lost or doubled", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (number) => {
        const random = randomOf(number);
        const { server, cell } = seed(3, 1);
        server.pageSize = 4;
        server.saveBackup();
        const phones = [await Phone.start(server), await Phone.start(server, 3_600_000 * (random() - 0.5))];
        await phones[0]!.enrol("111111");
        await phones[1]!.enrol("222222");
        for (const phone of phones) await phone.sync(true);
        for (let at = 0; at < 24; at++) {
          const phone = phones[random() < 0.5 ? 0 : 1]!;
          const dice = random();
          if (dice < 0.5) await randomAct(phone, random);
          else if (dice < 0.6) await phone.boot();
          else if (dice < 0.66) server.saveBackup();
          else if (dice < 0.7) server.restore();
          else if (dice < 0.75) await phone.background().catch(() => undefined);
          else {
            const faults = ["ok", "lost", "unanswered", "twice", "portal", "busy"] as const;
            phone.faults = [0, 1, 2].map(() => faults[Math.floor(random() * faults.length)]!);
            await phone.sync();
            phone.faults = [];
          }
        }
        for (let round = 0; round < 3; round++) for (const phone of phones) expect((await phone.sync(true)).offline).toBeNull();
        expect(server.reports).toEqual([]);
        expect(bare(phones[0]!.rows())).toEqual(bare(phones[1]!.rows()));
        const stream = server.stream(`cell:${cell}`);
        for (const phone of phones) {
          expect(phone.context.states.get(`cell:${cell}`)!.record.seq).toBe(stream.seq);
          for (const entry of await phone.outbox()) {
            expect(["accepted", "refused", "blocked", "closed"]).toContain(entry.state);
            if (entry.state === "accepted") expect(server.state.receipts[entry.op_id]?.result.status).toMatch(/accepted|conflict/);
          }
          // What waits for a refused operation stays on the screen of its author; all else is what the server says.
          const blocked = (await phone.outbox()).some((entry) => entry.state === "blocked");
          if (!blocked) expect(bare(await phone.screen())).toEqual(bare(phones[0]!.rows()));
        }
      }),
      { numRuns: schedules },
    );
  }, 180_000 + schedules * 1_000);
});
