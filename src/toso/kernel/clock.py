"""The clock: milliseconds since 1970 UTC, and days as people in Vietnam count them.

Days are computed with a fixed offset of seven hours: Vietnam has kept it since 1975, the phone does the same
arithmetic, and neither needs a time zone database.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta, timezone
from typing import Final

VN: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
DAY_MS: Final = 86_400_000
_OFFSET_MS: Final = 7 * 3_600_000
_EPOCH: Final = date(1970, 1, 1).toordinal()

_frozen: ContextVar[int | None] = ContextVar("toso_frozen_clock", default=None)


def now_ms() -> int:
    """Milliseconds since 1970 UTC; the given time inside `frozen`."""
    held = _frozen.get()
    return time.time_ns() // 1_000_000 if held is None else held


def vn_day(ms: int) -> date:
    """The day in Asia/Ho_Chi_Minh of a moment in ms. Raises ValueError outside years 1 to 9999."""
    try:
        return date.fromordinal(_EPOCH + (ms + _OFFSET_MS) // DAY_MS)
    except OverflowError:
        raise ValueError("the moment lies outside the calendar") from None


def day_start_ms(day: date) -> int:
    """The moment in ms at which a day begins in Asia/Ho_Chi_Minh."""
    return (day.toordinal() - _EPOCH) * DAY_MS - _OFFSET_MS


def today() -> date:
    """The current day in Asia/Ho_Chi_Minh (of the frozen time inside `frozen`)."""
    return vn_day(now_ms())


@contextmanager
def frozen(ms: int) -> Iterator[None]:
    """Within the block `now_ms()` returns `ms`: for tests and demonstration data.

    Holds for the current thread and async context only; blocks may be nested.
    """
    token = _frozen.set(ms)
    try:
        yield
    finally:
        _frozen.reset(token)
