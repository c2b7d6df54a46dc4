"""Reading tallies fast, without the ORM: blocks come packed, one row for each month and measure, and stay arrays."""

import sys
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Min

from toso.engine.journal import bulk

from ..models import Activity, CarriedMonth, Seen, Tally
from ..rules import blocks
from ..rules.blocks import SLOTS
from .slots import Chosen, Slots

NAMED_AT_MOST = 5000
"""Up to so many nodes are named in the question; beyond that, all nodes of a measure are fetched and strangers skipped."""
NEVER = 1 << 30

Columns = list[list[int]]
"""By day, then by slot."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Blocks of one month and measure: 16 bytes of node, an opening and running changes (of all days, or one) each."""

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
    base: list[int] = field(default_factory=list)
    changes: list[list[Sequence[int] | None]] = field(default_factory=list)


def values(parts: Sequence[Part], chosen: Chosen, first: int, last: int) -> list[Columns | None]:
    """For each part, the values of all slots at the end of each day from `first` to `last` (None: 0 everywhere)."""
    start, stop = blocks.slot(first)[0], blocks.slot(last)[0]
    owner = {measure: part for part in parts if part.slots for measure in part.measures}
    for part in parts:
        part.base = [0] * chosen.slots
        part.changes = [[None] * chosen.slots for _ in range(start, stop + 1)]
    if owner:
        only = blocks.slot(last)[1] if first == last else None
        carried = _carried(owner, start)
        seen: dict[int, set[bytes]] = {}
        for packed in _fetch(list(owner), start, stop, None if chosen.all else _nodes(owner.values()), only):
            if first == last:
                keys = _sum_day(owner[packed.measure], packed, chosen.slots)
                if packed.measure not in carried:
                    seen[packed.measure] = set(keys)
            else:
                _sum(owner[packed.measure], packed, chosen.slots, start, seen)
        _look_back({m: part for m, part in owner.items() if m not in carried}, chosen.slots, start, seen)
    return [_columns(part, start, first, last) for part in parts]


def _nodes(parts: Iterable[Part]) -> set[bytes]:
    return {node for part in parts for node in part.slots}


def _carried(measures: Iterable[int], month: int) -> set[int]:
    """Those of these measures of which every node with earlier blocks has one in the month."""
    rows = CarriedMonth.objects.filter(month=month, measure_id__in=list(measures))
    return set(rows.values_list("measure_id", flat=True))


def _sum_day(part: Part, packed: Packed, number: int) -> list[bytes]:
    """Add the values at the end of one day to the slots of their nodes; answers the nodes."""
    nodes, base, find = packed.nodes, part.base, part.slots.get
    keys = [nodes[i : i + 16] for i in range(0, len(nodes), 16)]
    if number == 1 and all(map(part.slots.__contains__, keys)):
        base[0] += sum(packed.openings) + sum(packed.days)
        return keys
    for slot, value in zip(map(find, keys), map(add, packed.openings, packed.days), strict=True):
        if slot is not None:
            base[slot if number > 1 else 0] += value
    return keys


def _sum(part: Part, packed: Packed, number: int, start: int, seen: dict[int, set[bytes]]) -> None:
    """Add the changes of one month to the slots of their nodes, and what a node opens with when it is met first."""
    known = seen.setdefault(packed.measure, set())
    base, changes, slots = part.base, part.changes[packed.month - start], part.slots
    nodes, openings, days, width = packed.nodes, packed.openings, packed.days, packed.width
    at = 0
    for i in range(len(openings)):
        key = nodes[16 * i : 16 * i + 16]
        slot = slots.get(key)
        if slot is not None:
            slot = slot if number > 1 else 0
            if key not in known:
                known.add(key)
                base[slot] += openings[i]
            own = days[at : at + width]
            before = changes[slot]
            changes[slot] = own if before is None else list(map(add, before, own))
        at += width


def _columns(part: Part, start: int, first: int, last: int) -> Columns | None:
    """The values of all slots, day by day."""
    if not part.slots:
        return None
    if first == last:
        return [part.base]
    columns: Columns = []
    level = part.base
    nothing = [0] * SLOTS
    for month, own in enumerate(part.changes, start):
        begin = blocks.first_day(month)
        by_day = list(zip(*(changes or nothing for changes in own), strict=True))
        low, high = max(first - begin, 0), min(last - begin + 1, blocks.length(month))
        columns += [list(map(add, level, column)) for column in by_day[low:high]]
        level = list(map(add, level, by_day[-1]))
    return columns


def _fetch(
    measures: Sequence[int], start: int, stop: int, wanted: Collection[bytes] | None, only: int | None
) -> Iterable[Packed]:
    """All blocks of these measures and months (of these nodes), in order of month; of all days or `only` one."""
    table = Tally._meta.db_table
    if bulk.is_postgres():
        named, params = _named(wanted)
        days = "days" if only is None else f"substring(days from {4 * only + 1} for 4)"
        rows = bulk.binary(
            f"SELECT month::int, measure_id, string_agg(uuid_send(node_id), ''::bytea), "
            f"string_agg(int8send(opening), ''::bytea), string_agg({days}, ''::bytea) "
            f'FROM "{table}" WHERE measure_id = ANY(%s) AND month BETWEEN %s AND %s{named} GROUP BY 1, 2 ORDER BY 1',
            [list(measures), start, stop, *params],
        )
        for month, measure, nodes, opened, packed in rows:
            yield Packed(
                month, measure, nodes, _big_endian("q", opened), blocks.unpack(packed), SLOTS if only is None else 1
            )
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
        low, high = (0, 4 * SLOTS) if only is None else (4 * only, 4 * only + 4)
        changes = blocks.unpack(b"".join(bytes(row[2])[low:high] for row in own))
        yield Packed(month, measure, nodes, array("q", [row[1] for row in own]), changes, (high - low) // 4)


def _named(wanted: Collection[bytes] | None) -> tuple[str, list[Any]]:
    if wanted is None or len(wanted) > NAMED_AT_MOST:
        return "", []
    return " AND node_id = ANY(%s::uuid[])", [bulk.listed(list(wanted))]


def _look_back(owner: Mapping[int, Part], number: int, start: int, seen: Mapping[int, set[bytes]]) -> None:
    """Nodes without a block in the months that were read: their value is that of the latest block before."""
    for measure, part in owner.items():
        # Not by number: what was seen may hold nodes of other units.
        absent = part.slots.keys() - seen.get(measure, set())
        if absent:
            for node, closing in _closings(measure, start, absent):
                part.base[part.slots[node] if number > 1 else 0] += closing


def _closings(measure: int, month: int, nodes: Collection[bytes]) -> Iterable[tuple[bytes, int]]:
    """The value of each of these nodes at the end of its latest block before a month, where there is one."""
    if not bulk.is_postgres():
        keys = [(node, measure, month) for node in nodes]
        yield from ((node, closing) for (node, _, _), _, closing in latest_before(keys))
        return
    rows = bulk.binary(
        "SELECT string_agg(uuid_send(k), ''::bytea), string_agg(int8send(b.opening), ''::bytea), "
        "string_agg(substring(b.days from 121), ''::bytea) FROM unnest(%s::uuid[]) AS k CROSS JOIN LATERAL "
        f'(SELECT t.opening, t.days FROM "{Tally._meta.db_table}" t WHERE t.node_id = k AND t.measure_id = %s '
        "AND t.month < %s ORDER BY t.month DESC LIMIT 1) b",
        [bulk.listed(list(nodes)), measure, month],
    )
    found, opened, packed = rows[0]
    if found is None:
        return
    closings = map(add, _big_endian("q", opened), blocks.unpack(packed))
    for i, closing in enumerate(closings):
        yield found[16 * i : 16 * i + 16], closing


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
            yield (node, measure, month), at, opening + blocks.unpack(bytes(days))[-1]


def first_days(kinds: Sequence[str], slots: Slots, everything: bool) -> dict[str, dict[bytes, int]]:
    """For each kind of entry, the first day on which each of these nodes had one, where it had."""
    found: dict[str, dict[bytes, int]] = {kind: {} for kind in kinds}
    for kind, nodes, firsts in _seen(kinds, slots, everything):
        keys = [nodes[i : i + 16] for i in range(0, len(nodes), 16)]
        own = dict(zip(keys, firsts, strict=True))
        found[kind] = own if own.keys() <= slots.keys() else {key: own[key] for key in own if key in slots}
    return found


def with_facts(kinds: Sequence[str]) -> set[bytes]:
    """Nodes that have had an entry of one of these kinds."""
    if not bulk.is_postgres():
        return {node.bytes for node in Seen.objects.filter(kind__in=kinds).values_list("node_id", flat=True)}
    rows = bulk.binary(
        f"SELECT string_agg(uuid_send(node_id), ''::bytea) FROM \"{Seen._meta.db_table}\" WHERE kind = ANY(%s)",
        [list(kinds)],
    )
    nodes = rows[0][0] or b""
    return {nodes[i : i + 16] for i in range(0, len(nodes), 16)}


def first_of_all(kinds: Sequence[str]) -> dict[str, int]:
    """For each kind of entry, the first day on which any node had one."""
    rows = Seen.objects.filter(kind__in=kinds).order_by().values_list("kind").annotate(Min("first"))
    return dict(rows)


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
    by_kind: dict[str, list[tuple[UUID, int]]] = {}
    for node, kind, first in Seen.objects.filter(kind__in=kinds).values_list("node_id", "kind", "first"):
        by_kind.setdefault(kind, []).append((node, first))
    for kind, own in by_kind.items():
        yield kind, b"".join(node.bytes for node, _ in own), [first for _, first in own]


def last_active(slots: Slots, day: int, everything: bool, hamlets: int) -> list[int]:
    """The latest day up to `day` on which something happened, of each of the `hamlets` (slots) in which it ever did."""
    month, index = blocks.slot(day)
    lasts: dict[bytes, int] = {}
    for at, allowed in ((month, (2 << index) - 1), (month - 1, -1)):
        if len(lasts) == len(slots):
            break
        for nodes, masks in _activity(slots, at, everything):
            before = blocks.first_day(at) - 1
            keys = [nodes[i : i + 16] for i in range(0, len(nodes), 16)]
            own = list(map(allowed.__and__, masks))
            days = map(before.__add__, map(int.bit_length, own))
            if len(keys) == len(slots) == hamlets and all(own) and all(map(slots.__contains__, keys)):
                return list(days)
            new = {key: day for key, day, mask in zip(keys, days, own, strict=True) if mask and key in slots}
            lasts = {**new, **lasts}
    if len(lasts) < len(slots):
        for key, at, mask in _activity_before(slots.keys() - lasts.keys(), month - 1):
            lasts[key] = blocks.first_day(at) + mask.bit_length() - 1
    if hamlets == len(slots):
        return list(lasts.values())
    found: dict[int, int] = {}
    for key, last in lasts.items():
        found[slots[key]] = max(last, found.get(slots[key], 0))
    return list(found.values())


def _activity(slots: Slots, month: int, everything: bool) -> Iterable[tuple[bytes, Sequence[int]]]:
    table = Activity._meta.db_table
    if bulk.is_postgres():
        named, params = _named(None if everything else slots)
        for nodes, packed in bulk.binary(
            f"SELECT string_agg(uuid_send(node_id), ''::bytea), string_agg(int4send(mask), ''::bytea) "
            f'FROM "{table}" WHERE month = %s{named}',
            [month, *params],
        ):
            if nodes is not None:
                yield nodes, _big_endian("i", packed)
        return
    rows = list(Activity.objects.filter(month=month).values_list("node_id", "mask"))
    yield b"".join(node.bytes for node, _ in rows), [mask for _, mask in rows]


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
