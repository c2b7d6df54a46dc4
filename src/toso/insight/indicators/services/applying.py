"""Writes to the tallies: set-based, inside the transaction whose streams are locked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from toso.engine.journal import bulk

from ..models import Activity, CarriedMonth, Formula, Measure, Seen, Tally
from ..rules import blocks
from ..rules.blocks import EMPTY, Deltas
from ..rules.definitions import DEFINITIONS, declared_kind
from ..selectors import subjects
from ..selectors.reading import latest_before

TALLY = ("node_id", "measure_id", "month", "opening", "days")
Block = tuple[bytes, int, int]
Pair = tuple[bytes, int]
_named: set[int] = set()


def apply_deltas(deltas: Deltas) -> None:
    """Add changes to the stored blocks: days change in place, later blocks open higher or lower."""
    touched = blocks.by_month(deltas)
    if not touched:
        return
    name_measures({measure for _, measure, _ in touched})
    keys = sorted(touched, key=lambda key: key[2])
    _hold()
    _shift(touched)
    stored: dict[Block, tuple[int, bytes]] = {}
    for part in bulk.chunks(keys):
        for node, measure, month, opening, days in bulk.select_raw(Tally, TALLY, TALLY[:3], part):
            stored[(node, measure, month)] = (opening, bytes(days))
    absent = [key for key in keys if key not in stored]
    earlier = _latest_before(absent)
    changed: list[tuple[bytes, int, int, int, bytes]] = []
    fresh: dict[Pair, list[tuple[int, int]]] = {}
    for key in keys:
        node, measure, month = key
        known = stored.get(key)
        if known is None:
            opening, days = _opening(key, earlier.get(key), touched, fresh), EMPTY
        else:
            opening, days = known
        values = blocks.raised(days, touched[key])
        fresh.setdefault((node, measure), []).append((month, sum(change for _, change in touched[key])))
        changed.append((node, measure, month, opening, blocks.pack(values)))
    for rows in bulk.chunks(changed):
        _put(rows)
    _carry_first(keys, absent, earlier)


def _hold() -> None:
    """Wait while months are carried forward, and let that wait for this transaction."""
    if bulk.is_postgres():
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{Tally._meta.db_table}" IN ROW EXCLUSIVE MODE')


def _put(rows: Sequence[tuple[bytes, int, int, int, bytes]]) -> None:
    """Store blocks; of those that exist, the days."""
    if not bulk.is_postgres():
        bulk.upsert(Tally, TALLY, [(UUID(bytes=row[0]), *row[1:]) for row in rows], TALLY[:3], ("days",))
        return
    *columns, days = zip(*rows, strict=True)
    size = len(EMPTY)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{Tally._meta.db_table}" (node_id, measure_id, month, opening, days) '
            f"SELECT n, m, o, v, substring(p.days from ({size} * (i - 1) + 1)::int for {size}) FROM (SELECT %s::bytea "
            f"AS days) p, unnest(%s::uuid[], %s::int[], %s::smallint[], %s::bigint[]) WITH ORDINALITY AS k(n, m, o, v, i) "
            f"ON CONFLICT (node_id, measure_id, month) DO UPDATE SET days = excluded.days",
            [b"".join(days), *map(bulk.listed, columns)],
        )


def _opening(
    key: Block,
    earlier: tuple[int, int] | None,
    touched: Mapping[Block, Sequence[tuple[int, int]]],
    fresh: Mapping[Pair, Sequence[tuple[int, int]]],
) -> int:
    """The value at the start of a new block: where the block before ends, and what this batch adds in between."""
    node, measure, month = key
    since, value = earlier if earlier else (0, 0)
    return value + sum(net for at, net in fresh.get((node, measure), ()) if since <= at < month)


def _shift(touched: Mapping[Block, Sequence[tuple[int, int]]]) -> None:
    """Let every later block of the same node and measure open by so much more."""
    nets = [(n, m, month, net) for (n, m, month), own in touched.items() if (net := sum(change for _, change in own))]
    table = Tally._meta.db_table
    if not bulk.is_postgres():
        with connection.cursor() as cursor:
            cursor.executemany(
                f'UPDATE "{table}" SET opening = opening + %s WHERE node_id = %s AND measure_id = %s AND month > %s',
                [(net, node.hex(), measure, month) for node, measure, month, net in nets],
            )
        return
    for part in bulk.chunks(nets):
        later = bulk.binary(
            f"SELECT v.node_id, v.measure_id, l.month, sum(v.net)::bigint FROM unnest(%s::uuid[], %s::int[], "
            f"%s::smallint[], %s::bigint[]) AS v(node_id, measure_id, month, net) CROSS JOIN LATERAL (SELECT t.month "
            f'FROM "{table}" t WHERE t.node_id = v.node_id AND t.measure_id = v.measure_id AND t.month > v.month '
            f"OFFSET 0) l GROUP BY 1, 2, 3",
            [bulk.listed(column) for column in zip(*part, strict=True)],
        )
        bulk.update_rows(Tally, TALLY[:3], ("opening",), later, add=True)


def _latest_before(keys: Sequence[Block]) -> dict[Block, tuple[int, int]]:
    """For each (node, measure, month): month and closing value of the latest stored block before it, if any."""
    return {key: (month, closing) for key, month, closing in latest_before(keys)}


def _carry_first(keys: Sequence[Block], absent: Sequence[Block], earlier: Mapping[Block, tuple[int, int]]) -> None:
    """A node's first block of a measure: give it blocks in the months that are carried for everybody."""
    firsts: dict[Pair, int] = {}
    for node, measure, month in absent:
        if (node, measure, month) not in earlier:
            firsts[(node, measure)] = min(month, firsts.get((node, measure), month))
    if not firsts:
        return
    carried = CarriedMonth.objects.filter(month__gt=min(firsts.values()))
    months = list(carried.filter(measure_id__in={m for _, m in firsts}).values_list("measure_id", "month"))
    wanted = [
        (n, m, month) for (n, m), first in firsts.items() for measure, month in months if measure == m and month > first
    ]
    if wanted:
        carry(wanted)


def carry(wanted: Sequence[Block]) -> int:
    """Create those of these blocks that are absent, without changes, where the node has an earlier block."""
    stored: set[Block] = set()
    for part in bulk.chunks(wanted):
        stored.update(bulk.select_raw(Tally, TALLY[:3], TALLY[:3], part))
    rows = [
        (UUID(bytes=key[0]), *key[1:], closing, EMPTY)
        for key, _, closing in latest_before([key for key in wanted if key not in stored])
    ]
    bulk.insert(Tally, TALLY, rows)
    return len(rows)


def name_measures(measures: Iterable[int]) -> None:
    """Write down in words what these measures are, once."""
    new = sorted(set(measures) - _named)
    if not new:
        return
    rows = [(number, *name) for number in new if (name := blocks.measure_name(number))]
    bulk.upsert(Measure, ("id", "indicator", "dim1", "dim2"), rows, ("id",), ())
    transaction.on_commit(lambda: _named.update(new))


def put_activity(days: Mapping[tuple[bytes, int], int]) -> None:
    """Mark days (bits by node and month) on which something happened."""
    _merge(
        Activity, ("node_id", "month", "mask"), [(*key, mask) for key, mask in days.items()], "mask", "{old} | {new}"
    )


def put_seen(firsts: Mapping[tuple[bytes, str], int]) -> None:
    """Note the first days of kinds of entries at nodes; an earlier one stands."""
    least = "LEAST" if bulk.is_postgres() else "MIN"
    rows = [(*key, first) for key, first in firsts.items()]
    _merge(Seen, ("node_id", "kind", "first"), rows, "first", f"{least}({{old}}, {{new}})")


def _merge(
    model: type[Activity] | type[Seen], names: Sequence[str], rows: Sequence[tuple[Any, ...]], column: str, how: str
) -> None:
    if not rows:
        return
    table = model._meta.db_table
    old, new = f'"{table}"."{column}"', f'excluded."{column}"'
    merged = how.format(old=old, new=new)
    tail = f'ON CONFLICT ("{names[0]}", "{names[1]}") DO UPDATE SET "{column}" = {merged} WHERE {old} <> {merged}'
    quoted = ", ".join(f'"{name}"' for name in names)
    kinds = ("uuid", "smallint", "int") if model is Activity else ("uuid", "varchar", "int")
    with connection.cursor() as cursor:
        if bulk.is_postgres():
            arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
            for part in bulk.chunks(rows):
                nodes, *others = zip(*part, strict=True)
                cursor.execute(
                    f'INSERT INTO "{table}" ({quoted}) SELECT * FROM unnest({arrays}) {tail}',
                    [bulk.listed(nodes), *map(list, others)],
                )
        else:
            cursor.executemany(
                f'INSERT INTO "{table}" ({quoted}) VALUES (%s, %s, %s) {tail}',
                [(node.hex(), *rest) for node, *rest in rows],
            )


def drop_nodes(nodes: Sequence[bytes]) -> None:
    """Forget all tallies of these nodes."""
    keys = [(UUID(bytes=node),) for node in nodes]
    for part in bulk.chunks(keys):
        for model in (Tally, Seen, Activity):
            bulk.delete_rows(model, ("node_id",), part)


def insert_whole(deltas: Deltas) -> None:
    """Store all blocks of nodes of which nothing is stored yet."""
    name_measures({measure for _, measure in deltas})
    for part in bulk.chunks(blocks.whole(deltas)):
        bulk.insert(Tally, TALLY, [(UUID(bytes=row[0]), *row[1:]) for row in part])


def put_declared(units: Sequence[UUID]) -> None:
    """Write anew from which day on each declared figure of these units is known."""
    Seen.objects.filter(node_id__in=units, kind__startswith=declared_kind("")).delete()
    bulk.insert(
        Seen,
        ("node_id", "kind", "first"),
        [(UUID(bytes=node), kind, first) for (node, kind), first in declared_firsts(units).items()],
    )


def declared_firsts(units: Sequence[UUID]) -> dict[tuple[bytes, str], int]:
    """From which day on each declared figure of these units is known."""
    firsts: dict[tuple[bytes, str], int] = {}
    for unit, figures in subjects.opening_figures(units).items():
        for code, _, day in figures:
            key = (unit.bytes, declared_kind(code))
            firsts[key] = min(day, firsts.get(key, day))
    return firsts


def out_of_date(code: str) -> None:
    """What is tallied of an indicator no longer follows its definition: it waits to be computed anew."""
    names = ("code", "version", "done", "total")
    bulk.upsert(Formula, names, [(code, DEFINITIONS[code].version, 0, 1)], ("code",))
