/**
 * The day something happened, as the server will fix it when an operation is appended. The phone computes it to
 * show acts that wait in the outbox; the server's answer is the one that stands.
 */

import { DAY_MS, dayStartMs, vnDay } from "./clock";

export const EARLIEST_DAY = "2020-01-01";

export interface Recorded {
  /** The phone's clock when the act was recorded, ms. */
  phoneAtMs: number;
  /** Server minus phone, last measured, ms; null: never measured. */
  offsetMs: number | null;
  /** Server time of the last contact before recording, ms; null: none. */
  contactMs: number | null;
  /** Server time of the push, ms (before it: the best estimate of server time now). */
  pushedMs: number;
  /** A day written on paper: wins. */
  stated?: string | null;
}

export interface Happened {
  day: string;
  uncertain: boolean;
}

/** The day of an act, and whether the phone's clock leaves doubt. Throws RangeError for a stated day that cannot be. */
export function happenedOn({ phoneAtMs, offsetMs, contactMs, pushedMs, stated = null }: Recorded): Happened {
  if (stated !== null) {
    dayStartMs(stated);
    if (stated < EARLIEST_DAY || stated > vnDay(pushedMs)) throw new RangeError("the stated day lies after the push or before 2020");
    return { day: stated, uncertain: false };
  }
  const corrected = phoneAtMs + (offsetMs ?? 0);
  const bounded = Math.min(Math.max(corrected, contactMs ?? dayStartMs(EARLIEST_DAY)), pushedMs);
  const day = vnDay(bounded);
  const sameDay = corrected >= dayStartMs(day) && corrected < dayStartMs(day) + DAY_MS;
  return { day, uncertain: offsetMs === null || !sameDay };
}
