"""`happened_on` ❄: the day something happened, fixed once by the server when an operation is appended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from toso.kernel.clock import DAY_MS, day_start_ms, vn_day

EARLIEST_DAY: Final = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Happened:
    """A day in Asia/Ho_Chi_Minh, and whether the phone's clock left doubt about it."""

    day: date
    uncertain: bool


def happened_on(
    *,
    phone_at_ms: int,
    offset_ms: int | None,
    contact_ms: int | None,
    pushed_ms: int,
    stated: date | None = None,
) -> Happened:
    """The day of an act recorded on a phone. All moments are in ms since 1970 UTC.

    `phone_at_ms`: the phone's clock when the act was recorded; `offset_ms`: server minus phone, last
    measured (None: never, the phone's clock is taken as it is and the day is uncertain);
    `contact_ms`: server time of the device's last contact before recording (None: no lower bound but
    EARLIEST_DAY); `pushed_ms`: server time of the push. A moment outside the bounds is moved to the
    nearer one; the day is uncertain when that changed it.

    `stated` is a day written on paper and wins. Raises ValueError when it lies after the day of the push
    or before EARLIEST_DAY.
    """
    if stated is not None:
        if not EARLIEST_DAY <= stated <= vn_day(pushed_ms):
            raise ValueError("the stated day lies after the push or before 2020")
        return Happened(stated, uncertain=False)
    earliest = day_start_ms(EARLIEST_DAY) if contact_ms is None else contact_ms
    corrected = phone_at_ms + (offset_ms or 0)
    # The push is the firmer bound: a contact "after" it means that the server's clock was set back.
    bounded = min(max(corrected, earliest), pushed_ms)
    day = vn_day(bounded)
    same_day = day_start_ms(day) <= corrected < day_start_ms(day) + DAY_MS
    return Happened(day, uncertain=offset_ms is None or not same_day)
