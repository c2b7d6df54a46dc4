"""Which nodes make up a unit by the boundaries of a date: the cells of its hamlets, and the own facts of units.

A unit that does not exist on the boundaries date still has its own facts (its team, what it declared). They count in
the lowest unit of that date which holds all the ground of the ended (or not yet begun) unit: a commune's in the one
that it was merged into, an abolished district's in the province.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from uuid import UUID
from weakref import WeakKeyDictionary

from toso.registers.places import selectors as places
from toso.registers.places.types import BoundaryTree, Level

from ..models import Seen

OWN_FACTS = ("team", "group", "group_count", "ethnicity", "opening_figure")
Slots = dict[bytes, int]
Slotter = Callable[[int], int]


@dataclass(slots=True)
class Ground:
    """Positions in a tree by node: of cells, of the tree's units, and of units of other dates that have own facts."""

    cells: Slots
    units: Slots
    foreign: dict[UUID, int]
    asked: frozenset[UUID]
    hamlets: list[int] = field(default_factory=list)


_grounds: WeakKeyDictionary[BoundaryTree, Ground] = WeakKeyDictionary()
_lock = Lock()


def ground(tree: BoundaryTree, on: date) -> Ground:
    """The nodes of a whole tree; kept as long as the tree is, brought up to date when units get their first facts."""
    outside = frozenset(_units_with_facts()) - tree.index.keys()
    with _lock:
        known = _grounds.get(tree)
    if known is not None and known.asked == outside:
        return known
    if known is None:
        cells = {cell.bytes: at for at, own in enumerate(tree.cells) for cell in own}
        units = {unit.bytes: at for unit, at in tree.index.items()}
        hamlets = [i for i, unit in enumerate(tree.units) if unit.level is Level.HAMLET]
    else:
        cells, units, hamlets = known.cells, known.units, known.hamlets
    foreign = _place(tree, outside, on)
    made = Ground(cells, units, foreign, outside, hamlets)
    with _lock:
        _grounds[tree] = made
    return made


def _units_with_facts() -> Iterable[UUID]:
    return Seen.objects.filter(kind__in=OWN_FACTS).order_by().values_list("node_id", flat=True).distinct()


def _place(tree: BoundaryTree, units: Iterable[UUID], on: date) -> dict[UUID, int]:
    placed: dict[UUID, int] = {}
    for unit, successors in places.successors_of(list(units), on).items():
        positions = [tree.index[view.id] for view in successors if view.id in tree.index]
        if positions:
            placed[unit] = common(tree, positions)
    return placed


def common(tree: BoundaryTree, positions: Sequence[int]) -> int:
    """The lowest unit that holds all these; the first one's root when they lie in several trees."""
    lowest, last = min(positions), max(positions)
    while tree.end[lowest] <= last and tree.parent[lowest] >= 0:
        lowest = tree.parent[lowest]
    return lowest


@dataclass(frozen=True, slots=True)
class Chosen:
    """The nodes of a unit's subtree and the slot that each counts in. `nested`: one slot for each unit in preorder,
    each with its own nodes only, to be summed upwards. `all`: these are all nodes of the boundaries date."""

    cells: Slots
    units: Slots
    slots: int
    nested: bool = False
    all: bool = False

    def cell_ids(self) -> list[UUID]:
        """Ids of the cells."""
        return [UUID(bytes=key) for key in self.cells]


def whole(tree: BoundaryTree, found: Ground, at: int) -> Chosen:
    """A unit as one slot."""
    return grouped(tree, found, at, lambda _: 0, 1)


def children(tree: BoundaryTree, found: Ground, at: int) -> Chosen:
    """A slot for each unit directly below, and a last one for the unit's own facts."""
    below = tree.children(at)
    slot_of: dict[int, int] = {}
    for slot, child in enumerate(below):
        slot_of.update(dict.fromkeys(tree.subtree(child), slot))
    return grouped(tree, found, at, lambda i: slot_of.get(i, len(below)), len(below) + 1)


def descendants(tree: BoundaryTree, found: Ground, at: int) -> Chosen:
    """A slot for the unit and each below it, in preorder, each with its own nodes only."""
    return replace(grouped(tree, found, at, lambda i: i - at, tree.end[at] - at), nested=True)


def grouped(tree: BoundaryTree, found: Ground, at: int, slot_of: Slotter, slots: int) -> Chosen:
    """The nodes of a unit's subtree, each in the slot of its position."""
    last = tree.end[at]
    if at == 0 and last == len(tree.units):
        cells = {key: slot_of(i) for key, i in found.cells.items()}
        units = {key: slot_of(i) for key, i in found.units.items()}
        units.update({unit.bytes: slot_of(i) for unit, i in found.foreign.items()})
        return Chosen(cells, units, slots, all=True)
    cells = {cell.bytes: slot_of(i) for i in range(at, last) for cell in tree.cells[i]}
    units = {tree.units[i].id.bytes: slot_of(i) for i in range(at, last)}
    units.update({unit.bytes: slot_of(i) for unit, i in found.foreign.items() if at <= i < last})
    return Chosen(cells, units, slots)
