"""Reading tallies fast, without the ORM: blocks come packed, one row for each month and measure, and stay arrays."""

import sys
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import add
from typing import Any
from uuid import UUID

from django.db import connection

from toso.engine.journal import bulk

from ..models import Activity, CarriedMonth, Seen, Tally
from ..rules import blocks
from ..rules.blocks import SLOTS
from .nodes import Chosen, Slots

NAMED_AT_MOST = 5000
"""Up to so many nodes are named in the question; beyond that, all nodes of a measure are fetched and strangers skipped."""
NEVER = 1 << 30

Series = list[int]


@dataclass(frozen=True, slots=True)
class Packed:
    """Blocks of one month and measure: 16 bytes of node, an opening and some days each."""

    month: int
    measure: int
    nodes: bytes
    openings: "array[int]"
    days: "array[int]"
    width: int


@dataclass(slots=True)
class Part:
    """What is summed into one series per slot: some measures, at the nodes (with their slots) that may have any."""

    measures: tuple[int, ...]
    slots: Slots = field(default_factory=dict)
    base: Series = field(default_factory=list)
    changes: list[list[Sequence[int] | None]] = field(default_factory=list)


def values(parts: Sequence[Part], chosen: Chosen, first: int, last: int) -> list[list[Series | None]]:
    """For each part and slot, the values at the end of each day from `first` to `last` (None: 0 on all of them)."""
    start, stop = blocks.slot(first)[0], blocks.slot(last)[0]
    months = range(start, stop + 1)
    owner = {measure: part for part in parts if part.slots for measure in part.measures}
    for part in parts:
        part.base = [0] * chosen.slots
        part.changes = [[None] * chosen.slots for _ in months]
    if owner:
        cut = blocks.slot(last)[1] + 1 if first == last else SLOTS
        seen: dict[int, set[bytes]] = {}
        for packed in _fetch(list(owner), start, stop, None if chosen.all else _nodes(owner.values()), cut):
            if first == last:
                _sum_day(owner[packed.measure], packed, chosen.slots, seen)
            else:
                _sum(owner[packed.measure], packed, start, seen)
        _look_back(owner, start, seen)
    return [_rows(part, chosen.slots, start, first, last) for part in parts]


def _nodes(parts: Iterable[Part]) -> set[bytes]:
    return {node for part in parts for node in part.slots}


def _rows(part: Part, number: int, start: int, first: int, last: int) -> list[Series | None]:
    if not part.slots:
        return [None] * number
    return [_series(part, slot, start, first, last) for slot in range(number)]


def _sum_day(part: Part, packed: Packed, number: int, seen: dict[int, set[bytes]]) -> None:
    """Add the values at the end of one day to the slots of their nodes."""
    nodes, openings, days, width, base = packed.nodes, packed.openings, packed.days, packed.width, part.base
    slots = part.slots
    keys = [nodes[i : i + 16] for i in range(0, len(nodes), 16)]
    seen[packed.measure] = set(keys)
    if number == 1 and slots.keys() >= seen[packed.measure]:
        base[0] += sum(openings) + sum(days)
        return
    find, at = slots.get, 0
    for key, opening in zip(keys, openings, strict=True):
        slot = find(key)
        if slot is not None:
            base[slot] += opening + sum(days[at : at + width])
        at += width


def _sum(part: Part, packed: Packed, start: int, seen: dict[int, set[bytes]]) -> None:
    """Add the changes of one month to the slots of their nodes, and what a node opens with when it is met first."""
    known = seen.setdefault(packed.measure, set())
    base, changes, slots = part.base, part.changes[packed.month - start], part.slots
    nodes, openings, days, width = packed.nodes, packed.openings, packed.days, packed.width
    at = 0
    for i in range(len(openings)):
        key = nodes[16 * i : 16 * i + 16]
        slot = slots.get(key)
        if slot is not None:
            if key not in known:
                known.add(key)
                base[slot] += openings[i]
            own = days[at : at + width]
            before = changes[slot]
            changes[slot] = own if before is None else list(map(add, before, own))
        at += width


def _series(part: Part, slot: int, start: int, first: int, last: int) -> Series | None:
    base = part.base[slot]
    if first == last:
        return [base] if base else None
    segments = [month[slot] for month in part.changes]
    if not base and all(own is None for own in segments):
        return None
    changes: list[int] = []
    for month, own in enumerate(segments, start):
        size = blocks.length(month)
        changes += own[:size] if own is not None else [0] * size
    skipped = first - blocks.first_day(start)
    return list(accumulate(changes, initial=base))[skipped + 1 : skipped + 2 + last - first]


def _fetch(
    measures: Sequence[int], start: int, stop: int, wanted: Collection[bytes] | None, cut: int
) -> Iterable[Packed]:
    """All blocks of these measures and months (of these nodes), in order of month."""
    table = Tally._meta.db_table
    if bulk.is_postgres():
        named, params = _named(wanted)
        days = "days" if cut == SLOTS else f"substring(days for {4 * cut})"
        rows = bulk.binary(
            f"SELECT month::int, measure_id, string_agg(uuid_send(node_id), ''::bytea), "
            f"string_agg(int8send(opening), ''::bytea), string_agg({days}, ''::bytea) "
            f'FROM "{table}" WHERE measure_id = ANY(%s) AND month BETWEEN %s AND %s{named} GROUP BY 1, 2 ORDER BY 1',
            [list(measures), start, stop, *params],
        )
        for month, measure, nodes, opened, packed in rows:
            yield Packed(month, measure, nodes, _big_endian("q", opened), blocks.unpack(packed), cut)
        return
    grouped: dict[tuple[int, int], list[Any]] = {}
    marks = ", ".join(["%s"] * len(measures))
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT month, measure_id, node_id, opening, days FROM "{table}" WHERE measure_id IN ({marks}) '
            f"AND month BETWEEN %s AND %s ORDER BY month",
            [*measures, start, stop],
        )
        for month, measure, *row in cursor.fetchall():
            grouped.setdefault((month, measure), []).append(row)
    for (month, measure), own in grouped.items():
        nodes = bytes.fromhex("".join(row[0] for row in own))
        changes = blocks.unpack(b"".join(bytes(row[2])[: 4 * cut] for row in own))
        yield Packed(month, measure, nodes, array("q", [row[1] for row in own]), changes, cut)


def _named(wanted: Collection[bytes] | None) -> tuple[str, list[Any]]:
    if wanted is None or len(wanted) > NAMED_AT_MOST:
        return "", []
    return " AND node_id = ANY(%s::uuid[])", [bulk.listed(list(wanted))]


def _look_back(owner: Mapping[int, Part], start: int, seen: Mapping[int, set[bytes]]) -> None:
    """Nodes without a block in the months that were read: their value is that of the latest block before."""
    rows = CarriedMonth.objects.filter(month=start, measure_id__in=list(owner))
    carried = set(rows.values_list("measure_id", flat=True))
    for measure, part in owner.items():
        known = seen.get(measure, set())
        if measure in carried:
            continue
        # Not by number: on SQLite `known` may hold nodes of other units.
        absent = part.slots.keys() - known
        if absent:
            for node, closing in _closings(measure, start, absent):
                part.base[part.slots[node]] += closing


def _closings(measure: int, month: int, nodes: Collection[bytes]) -> Iterable[tuple[bytes, int]]:
    """The value of each of these nodes at the end of its latest block before a month, where there is one."""
    if not bulk.is_postgres():
        keys = [(node, measure, month) for node in nodes]
        yield from ((node, closing) for (node, _, _), _, closing in latest_before(keys))
        return
    rows = bulk.binary(
        "SELECT string_agg(uuid_send(k), ''::bytea), string_agg(int8send(b.opening), ''::bytea), "
        "string_agg(b.days, ''::bytea) FROM unnest(%s::uuid[]) AS k CROSS JOIN LATERAL "
        f'(SELECT t.opening, t.days FROM "{Tally._meta.db_table}" t WHERE t.node_id = k AND t.measure_id = %s '
        "AND t.month < %s ORDER BY t.month DESC LIMIT 1) b",
        [bulk.listed(list(nodes)), measure, month],
    )
    found, opened, packed = rows[0]
    if found is None:
        return
    days, openings = blocks.unpack(packed), _big_endian("q", opened)
    for i, opening in enumerate(openings):
        yield found[16 * i : 16 * i + 16], opening + sum(days[SLOTS * i : SLOTS * (i + 1)])


def _big_endian(code: str, packed: bytes) -> "array[int]":
    values: array[int] = array(code, packed)
    if sys.byteorder == "little":
        values.byteswap()
    return values


def latest_before(keys: Sequence[tuple[bytes, int, int]]) -> Iterable[tuple[tuple[bytes, int, int], int, int]]:
    """(key, month, closing value) of the latest block before each (node, measure, month), where there is one."""
    table = Tally._meta.db_table
    for part in bulk.chunks(keys):
        if bulk.is_postgres():
            rows = bulk.binary(
                f"SELECT k.node_id, k.measure_id, k.month, b.month, b.opening, b.days FROM "
                f"unnest(%s::uuid[], %s::int[], %s::smallint[]) AS k(node_id, measure_id, month) CROSS JOIN LATERAL "
                f'(SELECT t.month, t.opening, t.days FROM "{table}" t WHERE t.node_id = k.node_id AND '
                f"t.measure_id = k.measure_id AND t.month < k.month ORDER BY t.month DESC LIMIT 1) b",
                [bulk.listed(column) for column in zip(*part, strict=True)],
                raw=True,
            )
        else:
            rows = []
            with connection.cursor() as cursor:
                for node, measure, month in part:
                    cursor.execute(
                        f'SELECT month, opening, days FROM "{table}" WHERE node_id = %s AND measure_id = %s '
                        f"AND month < %s ORDER BY month DESC LIMIT 1",
                        [node.hex(), measure, month],
                    )
                    rows += [(node, measure, month, *row) for row in cursor.fetchall()]
        for node, measure, month, at, opening, days in rows:
            yield (node, measure, month), at, opening + sum(blocks.unpack(bytes(days)))


def first_days(kinds: Sequence[str], slots: Slots, everything: bool) -> dict[str, dict[bytes, int]]:
    """For each kind of entry, the first day on which each of these nodes had one, where it had."""
    found: dict[str, dict[bytes, int]] = {kind: {} for kind in kinds}
    for kind, nodes, firsts in _seen(kinds, slots, everything):
        keys = [nodes[i : i + 16] for i in range(0, len(nodes), 16)]
        own = dict(zip(keys, firsts, strict=True))
        found[kind] = own if own.keys() <= slots.keys() else {key: own[key] for key in own if key in slots}
    return found


def _seen(kinds: Sequence[str], slots: Slots, everything: bool) -> Iterable[tuple[str, bytes, Sequence[int]]]:
    table = Seen._meta.db_table
    if not kinds or not slots:
        return
    if bulk.is_postgres():
        named, params = _named(None if everything else slots)
        for kind, nodes, packed in bulk.binary(
            f"SELECT kind, string_agg(uuid_send(node_id), ''::bytea), string_agg(int4send(first), ''::bytea) "
            f'FROM "{table}" WHERE kind = ANY(%s){named} GROUP BY 1',
            [list(kinds), *params],
        ):
            yield kind, nodes, _big_endian("i", packed)
        return
    for kind in kinds:
        rows = list(Seen.objects.filter(kind=kind).values_list("node_id", "first"))
        yield kind, b"".join(node.bytes for node, _ in rows), [first for _, first in rows]


def last_active(slots: Slots, day: int, everything: bool) -> dict[int, int]:
    """The latest day up to `day` on which something happened in one of the cells of each slot."""
    month, index = blocks.slot(day)
    found: dict[int, int] = {}
    quiet = set(slots)
    for at, nodes, masks in _activity(slots, month - 1, month, everything):
        first = blocks.first_day(at)
        allowed = (2 << index) - 1 if at == month else -1
        for i, mask in enumerate(masks):
            own = mask & allowed
            key = nodes[16 * i : 16 * i + 16]
            slot = slots.get(key)
            if own and slot is not None:
                quiet.discard(key)
                latest = first + own.bit_length() - 1
                if latest > found.get(slot, 0):
                    found[slot] = latest
    if quiet:
        for key, at, mask in _activity_before(quiet, month - 1):
            slot = slots[key]
            found[slot] = max(found.get(slot, 0), blocks.first_day(at) + mask.bit_length() - 1)
    return found


def _activity(slots: Slots, start: int, stop: int, everything: bool) -> Iterable[tuple[int, bytes, Sequence[int]]]:
    table = Activity._meta.db_table
    if bulk.is_postgres():
        named, params = _named(None if everything else slots)
        for month, nodes, packed in bulk.binary(
            f"SELECT month::int, string_agg(uuid_send(node_id), ''::bytea), string_agg(int4send(mask), ''::bytea) "
            f'FROM "{table}" WHERE month BETWEEN %s AND %s{named} GROUP BY 1 ORDER BY 1 DESC',
            [start, stop, *params],
        ):
            yield month, nodes, _big_endian("i", packed)
        return
    for month in range(stop, start - 1, -1):
        rows = list(Activity.objects.filter(month=month).values_list("node_id", "mask"))
        yield month, b"".join(node.bytes for node, _ in rows), [mask for _, mask in rows]


def _activity_before(keys: Iterable[bytes], month: int) -> Iterable[tuple[bytes, int, int]]:
    """The latest month before `month` in which something happened at each of these cells."""
    table = Activity._meta.db_table
    if bulk.is_postgres():
        for node, at, mask in bulk.binary(
            f"SELECT k, b.month, b.mask FROM unnest(%s::uuid[]) AS k CROSS JOIN LATERAL (SELECT month, mask FROM "
            f'"{table}" t WHERE t.node_id = k AND t.month < %s ORDER BY t.month DESC LIMIT 1) b',
            [bulk.listed(list(keys)), month],
        ):
            yield node.bytes, at, mask
        return
    for part in bulk.chunks([UUID(bytes=key) for key in keys]):
        latest: dict[bytes, tuple[int, int]] = {}
        rows = Activity.objects.filter(node_id__in=part, month__lt=month).order_by("month")
        for node, at, mask in rows.values_list("node_id", "month", "mask"):
            latest[node.bytes] = (at, mask)
        for key, (at, mask) in latest.items():
            yield key, at, mask
