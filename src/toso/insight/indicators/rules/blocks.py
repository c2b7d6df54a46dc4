"""Packing of tallies: measures as numbers, days in months, changes of a month as bytes."""

import sys
from array import array
from collections.abc import Iterable
from datetime import date
from functools import cache
from hashlib import blake2b
from operator import sub
from typing import Final

SLOTS: Final = 31
EMPTY: Final = bytes(4 * SLOTS)

Node = bytes
Deltas = dict[tuple[Node, int], dict[int, int]]
"""(node, measure) → day as an ordinal → change. Ids are 16 bytes wherever very many are handled: they hash fast."""


@cache
def measure_id(indicator: str, dim1: str = "", dim2: str = "") -> int:
    """The number of a measure: 31 bits of a hash, so that no table has to be asked."""
    digest = blake2b(f"{indicator}\x1f{dim1}\x1f{dim2}".encode(), digest_size=4).digest()
    number = int.from_bytes(digest, "big") & 0x7FFFFFFF
    known = _NAMES.setdefault(number, (indicator, dim1, dim2))
    if known != (indicator, dim1, dim2):
        raise ValueError(f"two measures with one number: {known} and {(indicator, dim1, dim2)}")
    return number


_NAMES: Final[dict[int, tuple[str, str, str]]] = {}


def measure_name(number: int) -> tuple[str, str, str] | None:
    """(indicator, dim1, dim2) of a measure whose number was computed in this process."""
    return _NAMES.get(number)


_SLOTS: Final[dict[int, tuple[int, int]]] = {}


def slot(day: int) -> tuple[int, int]:
    """(month, index in the month) of a day given as an ordinal."""
    found = _SLOTS.get(day)
    if found is None:
        on = date.fromordinal(day)
        found = _SLOTS[day] = (on.year * 12 + on.month - 1, on.day - 1)
    return found


@cache
def first_day(month: int) -> int:
    """The ordinal of a month's first day."""
    return date(month // 12, month % 12 + 1, 1).toordinal()


@cache
def length(month: int) -> int:
    """How many days a month has."""
    return first_day(month + 1) - first_day(month)


def unpack(days: bytes) -> "array[int]":
    """The running changes of a month (or of many months one after the other)."""
    changes = array("i")
    changes.frombytes(days)
    if sys.byteorder == "big":
        changes.byteswap()
    return changes


def pack(changes: "array[int]") -> bytes:
    """31 running changes as bytes."""
    if sys.byteorder == "big":
        changes = array("i", changes)
        changes.byteswap()
    return changes.tobytes()


def add(deltas: Deltas, node: Node, steps: Iterable[tuple[int, int, int]], sign: int = 1) -> None:
    """Add steps (measure, day, change) of a subject to what changes at a node."""
    for measure, day, change in steps:
        days = deltas.get((node, measure))
        if days is None:
            deltas[(node, measure)] = {day: sign * change}
        else:
            days[day] = days.get(day, 0) + sign * change


def by_month(deltas: Deltas) -> dict[tuple[Node, int, int], list[tuple[int, int]]]:
    """(node, measure, month) → [(index in the month, change)], without zeros."""
    found: dict[tuple[Node, int, int], list[tuple[int, int]]] = {}
    for (node, measure), days in deltas.items():
        for day, change in days.items():
            if change:
                month, index = slot(day)
                key = (node, measure, month)
                known = found.get(key)
                if known is None:
                    found[key] = [(index, change)]
                else:
                    known.append((index, change))
    return found


def raised(days: bytes, changes: Iterable[tuple[int, int]]) -> "array[int]":
    """Running changes of a month after changes (index in the month, by how much)."""
    values = unpack(days)
    for index, change in changes:
        for later in range(index, SLOTS):
            values[later] += change
    return values


def changes(days: "array[int]") -> list[int]:
    """What changed on each day of a month, from its running changes."""
    return [days[0], *map(sub, days[1:], days)]


def whole(deltas: Deltas) -> list[tuple[Node, int, int, int, bytes]]:
    """All blocks of nodes of which nothing is stored yet: (node, measure, month, opening, days)."""
    months = by_month(deltas)
    blocks: list[tuple[Node, int, int, int, bytes]] = []
    values: dict[tuple[Node, int], int] = {}
    for node, measure, month in sorted(months, key=lambda key: key[2]):
        days = raised(EMPTY, months[(node, measure, month)])
        opening = values.get((node, measure), 0)
        values[(node, measure)] = opening + days[-1]
        blocks.append((node, measure, month, opening, pack(days)))
    return blocks
