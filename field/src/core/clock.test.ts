import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dayStartMs, today, vnDay } from "./clock";
import { happenedOn } from "./happened";

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../../contracts/vectors/${name}.json`, import.meta.url), "utf8"));
const clock = read("clock");
const happened = read("happened");

describe("days", () => {
  it("agree with the vectors", () => {
    for (const { ms, day } of clock.vn_day) expect(vnDay(ms)).toBe(day);
    for (const { day, ms } of clock.day_start) expect(dayStartMs(day)).toBe(ms);
  });

  it("exist in the calendar", () => {
    for (const ms of [NaN, Infinity, 1e15, -1e15]) expect(() => vnDay(ms)).toThrow(RangeError);
    for (const day of ["", "2024-02-30", "2024-13-01", "2024-9-5", "05/09/2024"]) expect(() => dayStartMs(day)).toThrow(RangeError);
    expect(today()).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });
});

describe("the day something happened", () => {
  for (const { note, phone_at_ms, offset_ms, contact_ms, pushed_ms, stated, day, uncertain, refused } of happened.cases) {
    it(note, () => {
      const given = { phoneAtMs: phone_at_ms, offsetMs: offset_ms, contactMs: contact_ms, pushedMs: pushed_ms, stated };
      if (refused) expect(() => happenedOn(given)).toThrow(RangeError);
      else expect(happenedOn(given)).toEqual({ day, uncertain });
    });
  }
});
