/** Days as people in Vietnam count them: `YYYY-MM-DD`, seven hours ahead of UTC, whatever zone the phone is set to. */

export const DAY_MS = 86_400_000;
const OFFSET_MS = 7 * 3_600_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Milliseconds since 1970 UTC by the phone's own clock. */
export function nowMs(): number {
  return Date.now();
}

/** The day of a moment in ms. Throws RangeError outside years 1 to 9999. */
export function vnDay(ms: number): string {
  const moment = new Date(ms + OFFSET_MS);
  const year = moment.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw new RangeError("the moment lies outside the calendar");
  return moment.toISOString().slice(0, 10);
}

/** The moment in ms at which a day begins. Throws RangeError for a text that is no day of the calendar. */
export function dayStartMs(day: string): number {
  const ms = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  // Some engines let 30 February run over into March.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day) throw new RangeError("not a day");
  return ms - OFFSET_MS;
}

/** The current day by the phone's own clock. */
export function today(): string {
  return vnDay(nowMs());
}
