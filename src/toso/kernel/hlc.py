"""Hybrid logical clock ❄: one non-negative int64, milliseconds << 16 | counter.

Packed values compare like the moments they stand for. Their text form is 16 lowercase hex digits, which
compare the same way.
"""

from __future__ import annotations

import re
from typing import Final

MAX: Final = (1 << 63) - 1
MAX_MS: Final = MAX >> 16
COUNTER_MAX: Final = 0xFFFF
_TEXT: Final = re.compile(r"[0-7][0-9a-f]{15}")


def pack(ms: int, counter: int = 0) -> int:
    """The clock value of a moment in ms and a counter. Raises ValueError when either is out of range."""
    if not 0 <= ms <= MAX_MS or not 0 <= counter <= COUNTER_MAX:
        raise ValueError("moment or counter out of range")
    return ms << 16 | counter


def unpack(value: int) -> tuple[int, int]:
    """(ms, counter) of a clock value. Raises ValueError when it is no clock value."""
    _check(value)
    return value >> 16, value & COUNTER_MAX


def tick(last: int, now_ms: int) -> int:
    """The value for a new local event: later than `last`, and not before `now_ms`.

    A counter that is used up carries into the milliseconds. Raises ValueError at the end of the range.
    """
    return _check(max(pack(now_ms), _check(last) + 1))


def receive(last: int, remote: int, now_ms: int) -> int:
    """The value after seeing `remote`: later than `last` and `remote`, and not before `now_ms`."""
    return _check(max(pack(now_ms), _check(last) + 1, _check(remote) + 1))


def encode(value: int) -> str:
    """16 lowercase hex digits. Raises ValueError when `value` is no clock value."""
    return f"{_check(value):016x}"


def decode(text: str) -> int:
    """The clock value of 16 lowercase hex digits. Raises ValueError for anything else."""
    if isinstance(text, str) and _TEXT.fullmatch(text):
        return int(text, 16)
    raise ValueError("not a clock value")


def clamp(made_at: int, now_ms: int, floor: int = 0) -> int:
    """The server's bound on a phone's `made_at`: never later than server time `now_ms` (ms), never before
    `floor` (a clock value).

    Counters within the present millisecond stand. Where the bounds cross (the server's clock went back),
    `floor` holds: what an author had seen must not come after what they wrote.
    """
    return max(_check(floor), min(_check(made_at), pack(now_ms, COUNTER_MAX)))


def _check(value: int) -> int:
    if not 0 <= value <= MAX:
        raise ValueError("not a clock value")
    return value
