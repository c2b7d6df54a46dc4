"""Tallies computed whole from the tables of the records, without looking at what is stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from toso.engine.journal import selectors as journal
from toso.engine.journal.types import StreamState, cell_stream, stream_key, unit_stream

from ..rules import blocks, steps
from ..rules.blocks import Deltas
from ..rules.definitions import kind_seen
from ..rules.steps import Household
from ..selectors import subjects
from ..selectors.subjects import raw_id
from .applying import declared_firsts
from .spread import inherit


@dataclass(slots=True)
class Noted:
    """Days of activity by (node, month), first days by (node, kind)."""

    activity: dict[tuple[bytes, int], int] = field(default_factory=dict)
    seen: dict[tuple[bytes, str], int] = field(default_factory=dict)

    def add(self, node: bytes, kind: str, day: int, cell: bool) -> None:
        """Note an entry."""
        if cell:
            month, index = blocks.slot(day)
            self.activity[(node, month)] = self.activity.get((node, month), 0) | 1 << index
        key = (node, kind_seen(kind))
        self.seen[key] = min(day, self.seen.get(key, day))


def compute_cells(cells: Sequence[bytes]) -> Deltas:
    """Everything that the subjects of these cells count for."""
    deltas: Deltas = {}
    homes: dict[bytes, dict[bytes, Household]] = {}
    for key, home in subjects.households_of(cells).items():
        homes.setdefault(key[0], {})[key[1]] = home
        blocks.add(deltas, key[0], steps.household_steps(home))
    guiding = subjects.guiding()
    for root, person in subjects.residents_of(cells).by_root.items():
        blocks.add(deltas, root[0], steps.resident_steps(person, guiding, homes.get(root[0], {})))
    visits = subjects.visits_of(cells)
    recorded: dict[subjects.Line, int] = {}
    for visit, own in visits.steps.items():
        blocks.add(deltas, visit[0], own)
        for day, service in visits.lines.get(visit, ()):
            line = (visit[0], day, service)
            recorded[line] = recorded.get(line, 0) + 1
    for line, count in subjects.lines_of(cells).items():
        cell, day, service = line
        blocks.add(deltas, cell, steps.line_steps(day, service, count, recorded.get(line, 0)))
    return deltas


def compute_units(units: Sequence[UUID]) -> Deltas:
    """Everything that the own facts of these units count for."""
    deltas: Deltas = {}
    for unit, own in subjects.unit_steps(units).items():
        blocks.add(deltas, unit.bytes, own)
    return deltas


@dataclass(frozen=True, slots=True)
class Nodes:
    """What has tallies: cells that live, units with own facts; and cells that were split, parents first."""

    cells: list[UUID]
    units: list[UUID]
    split: list[StreamState]


def nodes() -> Nodes:
    """All nodes, by the streams of the journal."""
    cells: list[UUID] = []
    units: list[UUID] = []
    split: list[StreamState] = []
    for state in journal.streams():
        key = stream_key(state.name)
        if key is None:
            continue
        if state.name == cell_stream(key):
            if state.ended_seq is None:
                cells.append(key)
            else:
                split.append(state)
        elif state.name == unit_stream(key):
            units.append(key)
    return Nodes(cells, units, split)


def note_entries(names: Iterable[str]) -> Noted:
    """Activity and first days by the entries of these streams alone."""
    noted = Noted()
    for name, kind, on in journal.days_of(list(names)):
        key = stream_key(name)
        cell = key is not None and name == cell_stream(key)
        if key is not None and not (cell and kind.startswith("cell.")):
            noted.add(key.bytes, kind, on.toordinal(), cell)
    return noted


def inherited(split: Sequence[StreamState]) -> tuple[Noted, set[bytes]]:
    """What cells that were split hand on to those that live, and the split cells."""
    noted = note_entries([state.name for state in split])
    gone: set[bytes] = set()
    for state in split:
        key_of = stream_key(state.name)
        last = next(page[-1] for page in journal.entries_of(state.name, (state.ended_seq or 1) - 1))
        children = [raw_id(text) for text in last.data["children"]]
        remainder = raw_id(last.data["remainder"])
        if key_of is not None:
            gone.add(key_of.bytes)
            inherit(key_of.bytes, list(dict.fromkeys([*children, remainder])), remainder, noted.activity, noted.seen)
    for key in [key for key in noted.activity if key[0] in gone]:
        del noted.activity[key]
    for first in [first for first in noted.seen if first[0] in gone]:
        del noted.seen[first]
    return noted, gone


def note_nodes(
    cells: Sequence[UUID], units: Sequence[UUID], handed: Noted
) -> tuple[Mapping[tuple[bytes, int], int], Mapping[tuple[bytes, str], int]]:
    """Activity and first days of these nodes, with what split cells handed on."""
    noted = note_entries([*map(cell_stream, cells), *map(unit_stream, units)])
    wanted = {cell.bytes for cell in cells}
    for key, mask in handed.activity.items():
        if key[0] in wanted:
            noted.activity[key] = noted.activity.get(key, 0) | mask
    for first, day in handed.seen.items():
        if first[0] in wanted:
            noted.seen[first] = min(day, noted.seen.get(first, day))
    if units:
        noted.seen.update(declared_firsts(units))
    return noted.activity, noted.seen
