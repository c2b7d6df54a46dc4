"""Which nodes make up a unit by the boundaries of a date: the cells of its hamlets, and the own facts of units.

A unit that does not exist on the boundaries date still has its own facts (its team, what it declared). They count in
the lowest unit of that date which holds all the ground of the ended (or not yet begun) unit: a commune's in the one
that it was merged into, an abolished district's in the province.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from toso.registers.places import selectors as places
from toso.registers.places.types import BoundaryTree, Level

from . import reading
from .slots import Chosen, Slots

OWN_FACTS: Final = ("team", "group", "group_count", "ethnicity", "opening_figure")


@dataclass(slots=True)
class Ground:
    """Positions in a tree by node: of cells, of the tree's units, and of units of other dates that have own facts."""

    cells: Slots
    units: Slots
    foreign: Slots
    asked: frozenset[bytes]
    hamlets: list[int] = field(default_factory=list)


_grounds: WeakKeyDictionary[BoundaryTree, Ground] = WeakKeyDictionary()
_lock = Lock()


def ground(tree: BoundaryTree, on: date) -> Ground:
    """The nodes of a whole tree; kept as long as the tree is, brought up to date when units get their first facts."""
    with _lock:
        known = _grounds.get(tree)
    if known is None:
        known = Ground(
            {cell.bytes: at for at, own in enumerate(tree.cells) for cell in own},
            {unit.bytes: at for unit, at in tree.index.items()},
            {},
            frozenset(),
            [i for i, unit in enumerate(tree.units) if unit.level is Level.HAMLET],
        )
    outside = frozenset(key for key in reading.with_facts(OWN_FACTS) if key not in known.units)
    if known.asked != outside:
        foreign = _place(tree, [UUID(bytes=key) for key in outside], on)
        known = replace(known, foreign=foreign, asked=outside)
    with _lock:
        _grounds[tree] = known
    return known


def _place(tree: BoundaryTree, units: Iterable[UUID], on: date) -> Slots:
    placed: Slots = {}
    for unit, successors in places.successors_of(list(units), on).items():
        positions = [tree.index[view.id] for view in successors if view.id in tree.index]
        if positions:
            placed[unit.bytes] = common(tree, positions)
    return placed


def common(tree: BoundaryTree, positions: Sequence[int]) -> int:
    """The lowest unit that holds all these; the first one's root when they lie in several trees."""
    lowest, last = min(positions), max(positions)
    while tree.end[lowest] <= last and tree.parent[lowest] >= 0:
        lowest = tree.parent[lowest]
    return lowest


def whole(tree: BoundaryTree, found: Ground, at: int) -> Chosen:
    """A unit as one slot, whatever number its nodes bear."""
    if at == 0 and tree.end[at] == len(tree.units):
        return Chosen(found.cells, {**found.units, **found.foreign}, 1, all=True)
    return grouped(tree, found, at, [0] * (tree.end[at] - at), 1)


def children(tree: BoundaryTree, found: Ground, at: int) -> Chosen:
    """A slot for each unit directly below, and a last one for the unit's own facts."""
    below = tree.children(at)
    slot_at = [len(below)]
    for slot, child in enumerate(below):
        slot_at += [slot] * (tree.end[child] - child)
    return grouped(tree, found, at, slot_at, len(below) + 1)


def descendants(tree: BoundaryTree, found: Ground, at: int) -> Chosen:
    """A slot for the unit and each below it, in preorder, each with its own nodes only."""
    if at == 0 and tree.end[at] == len(tree.units):
        return Chosen(found.cells, {**found.units, **found.foreign}, len(tree.units), nested=True, all=True)
    number = tree.end[at] - at
    return replace(grouped(tree, found, at, range(number), number), nested=True)


def grouped(tree: BoundaryTree, found: Ground, at: int, slot_at: Sequence[int], slots: int) -> Chosen:
    """The nodes of a unit's subtree; `slot_at` says in which slot each position, counted from the unit, is summed."""
    last = tree.end[at]
    if at == 0 and last == len(tree.units):
        cells = {key: slot_at[i] for key, i in found.cells.items()}
        units = {key: slot_at[i] for nodes in (found.units, found.foreign) for key, i in nodes.items()}
        return Chosen(cells, units, slots, all=True)
    cells = {cell.bytes: slot_at[i - at] for i in range(at, last) for cell in tree.cells[i]}
    units = {tree.units[i].id.bytes: slot_at[i - at] for i in range(at, last)}
    units.update({key: slot_at[i - at] for key, i in found.foreign.items() if at <= i < last})
    return Chosen(cells, units, slots)
