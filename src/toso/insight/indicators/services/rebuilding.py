"""Rebuild, check, carry forward: work on all tallies at once, by commands and at night."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from toso.engine.journal import bulk
from toso.engine.journal.selectors import reading
from toso.engine.journal.services import writing
from toso.engine.journal.types import cell_stream, unit_stream

from ..models import Activity, CarriedMonth, Formula, Measure, Seen, Tally
from ..rules import blocks
from ..rules.blocks import Deltas, measure_name
from ..rules.definitions import DEFINITIONS
from . import applying, computing

CELLS_AT_ONCE = 16
UNITS_AT_ONCE = 500
Progress = Callable[[str], None]


def _silent(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the check found: what is stored, and what the tables say."""

    node: UUID
    what: str
    when: str
    stored: int | None
    computed: int | None

    def __str__(self) -> str:
        return f"{self.node} {self.what} {self.when}: stored {self.stored}, computed {self.computed}"


def rebuild_tallies(progress: Progress = _silent) -> int:
    """Compute all tallies anew from the tables, some cells at a time, each in a transaction; answers how many nodes.

    Readers see the old figures of a cell until its new ones stand. Work goes on meanwhile in all other cells.
    """
    with transaction.atomic():
        _lock(exclusive=True)
        CarriedMonth.objects.all().delete()
    found = computing.nodes()
    handed, gone = computing.inherited(found.split)
    total = len(found.cells) + len(found.units)
    _forget_strays(set(_raw([*found.cells, *found.units])), gone)
    done = 0
    parts: list[tuple[Sequence[UUID], Sequence[UUID]]] = [(p, ()) for p in bulk.chunks(found.cells, CELLS_AT_ONCE)]
    parts += [((), p) for p in bulk.chunks(found.units, UNITS_AT_ONCE)]
    for cells, units in parts:
        with writing([*map(cell_stream, cells), *map(unit_stream, units)]):
            applying.drop_nodes([node.bytes for node in (*cells, *units)])
            applying.insert_whole({**computing.compute_cells(_raw(cells)), **computing.compute_units(units)})
            activity, seen = computing.note_nodes(cells, units, handed)
            applying.put_activity(activity)
            applying.put_seen(seen)
        done += len(cells) + len(units)
        progress(f"{done} of {total}")
    mark_computed()
    return total


def _raw(ids: Sequence[UUID]) -> list[bytes]:
    return [key.bytes for key in ids]


def _forget_strays(known: set[bytes], gone: set[bytes]) -> None:
    stray = {node for model in (Tally, Seen, Activity) for node in _nodes_of(model)} - known
    applying.drop_nodes(sorted(stray | gone))


def _nodes_of(model: type[Tally] | type[Seen] | type[Activity]) -> set[bytes]:
    return set(_raw(list(model._default_manager.order_by().values_list("node_id", flat=True).distinct())))


def mark_computed() -> None:
    """Note that everything is tallied by the definitions of this release."""
    rows = [(code, definition.version, 1, 1) for code, definition in DEFINITIONS.items()]
    bulk.upsert(Formula, ("code", "version", "done", "total"), rows, ("code",))


def adopt_definitions() -> list[str]:
    """After an upgrade: answer the codes whose definition is new or changed, and let them wait for a rebuild.

    Where nothing is tallied yet, everything is up to date by nature.
    """
    known = dict(Formula.objects.values_list("code", "version"))
    if not known and not Tally.objects.exists():
        mark_computed()
        return []
    changed = [code for code, definition in DEFINITIONS.items() if known.get(code) != definition.version]
    for code in changed:
        applying.out_of_date(code)
    return changed


def check_tallies(progress: Progress = _silent) -> list[Difference]:
    """Compare what is stored with what the tables say, in one consistent view, without writing."""
    differences: list[Difference] = []
    with reading():
        found = computing.nodes()
        handed, gone = computing.inherited(found.split)
        total = len(found.cells) + len(found.units)
        stored_nodes = {node for model in (Tally, Seen, Activity) for node in _nodes_of(model)}
        known = set(_raw([*found.cells, *found.units])) - gone
        differences += [Difference(UUID(bytes=node), "node", "", 1, None) for node in sorted(stored_nodes - known)]
        done = 0
        for cells in bulk.chunks(found.cells, CELLS_AT_ONCE):
            differences += _compare(cells, (), computing.compute_cells(_raw(cells)), handed)
            done += len(cells)
            progress(f"{done} of {total}")
        for units in bulk.chunks(found.units, UNITS_AT_ONCE):
            differences += _compare((), units, computing.compute_units(units), handed)
            done += len(units)
            progress(f"{done} of {total}")
    return differences


def _compare(
    cells: Sequence[UUID], units: Sequence[UUID], computed: Deltas, handed: computing.Noted
) -> list[Difference]:
    nodes = _raw([*cells, *units])
    stored, differences = stored_deltas(nodes)
    for node, measure in sorted({*stored, *computed}):
        old, new = stored.get((node, measure), {}), computed.get((node, measure), {})
        for day in sorted({*old, *new}):
            if old.get(day, 0) != new.get(day, 0):
                name, when = _name(measure), date.fromordinal(day).isoformat()
                differences.append(Difference(UUID(bytes=node), name, when, old.get(day, 0), new.get(day, 0)))
    keys = [(node,) for node in nodes]
    activity, seen = computing.note_nodes(cells, units, handed)
    masks = {row[:2]: row[2] for row in bulk.select_raw(Activity, ("node_id", "month", "mask"), ("node_id",), keys)}
    firsts = {row[:2]: row[2] for row in bulk.select_raw(Seen, ("node_id", "kind", "first"), ("node_id",), keys)}
    for what, have, want in (("activity", masks, activity), ("seen", firsts, seen)):
        for key in sorted({*have, *want}, key=str):
            if have.get(key) != want.get(key):
                differences.append(Difference(UUID(bytes=key[0]), what, str(key[1]), have.get(key), want.get(key)))
    return differences


def _name(measure: int) -> str:
    name = measure_name(measure) or Measure.objects.filter(pk=measure).values_list("indicator", "dim1", "dim2").first()
    return " ".join(filter(None, name)) if name else str(measure)


def stored_deltas(nodes: Sequence[bytes]) -> tuple[Deltas, list[Difference]]:
    """The stored changes of these nodes, and the blocks whose opening does not follow from those before."""
    rows = bulk.select_raw(Tally, applying.TALLY, ("node_id",), [(node,) for node in nodes])
    deltas: Deltas = {}
    wrong: list[Difference] = []
    values: dict[tuple[bytes, int], int] = {}
    for node, measure, month, opening, days in sorted(rows, key=lambda row: row[2]):
        key = (node, measure)
        if opening != values.get(key, 0):
            wrong.append(
                Difference(UUID(bytes=node), f"{_name(measure)} opening", str(month), opening, values.get(key, 0))
            )
        running = blocks.unpack(bytes(days))
        values[key] = opening + running[-1]
        own = deltas.setdefault(key, {})
        for index, change in enumerate(blocks.changes(running)):
            if change:
                own[blocks.first_day(month) + index] = change
    return deltas, wrong


def carry_forward(on: date, progress: Progress = _silent) -> int:
    """Give every node a block in the month of `on` for each measure that it has earlier blocks of; answers how many.

    Reading is right without it and faster with it: for the running month, at its start.
    """
    month = on.year * 12 + on.month - 1
    carried = set(CarriedMonth.objects.filter(month=month).values_list("measure_id", flat=True))
    measures = [m for m in Measure.objects.order_by("id").values_list("id", flat=True) if m not in carried]
    made = 0
    for done, measure in enumerate(measures, 1):
        with transaction.atomic():
            _lock()
            nodes = (
                Tally.objects.filter(measure_id=measure, month__lt=month).order_by().values_list("node_id", flat=True)
            )
            for part in bulk.chunks(list(nodes.distinct())):
                made += applying.carry([(node.bytes, measure, month) for node in part])
            bulk.insert(CarriedMonth, ("measure_id", "month"), [(measure, month)])
        progress(f"{done} of {len(measures)}")
    return made


def _lock(exclusive: bool = False) -> None:
    """Keep writers of tallies out: a node's first block and the mark of a carried month must not miss each other."""
    if bulk.is_postgres():
        mode = "EXCLUSIVE" if exclusive else "SHARE ROW EXCLUSIVE"
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{Tally._meta.db_table}" IN {mode} MODE')
