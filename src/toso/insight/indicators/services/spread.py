"""Splits of cells: what the old cell had is forgotten, and its children are computed whole from the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from toso.engine.journal import bulk
from toso.engine.journal.types import Entry

from ..models import Activity, Seen
from ..rules.blocks import Deltas
from ..selectors.subjects import raw_id
from . import applying


@dataclass(slots=True)
class CellSpread:
    """Cells that end in this batch, in order, with their children and the child that keeps the rest."""

    ended: list[tuple[bytes, list[bytes], bytes]] = field(default_factory=list)
    cells: set[bytes] = field(default_factory=set)

    def split(self, cell: bytes, entry: Entry) -> None:
        """Note a split; what happens in these cells from here on needs no capturing."""
        children = [raw_id(text) for text in entry.data["children"]]
        remainder = raw_id(entry.data["remainder"])
        if remainder not in children:
            children.append(remainder)
        self.ended.append((cell, children, remainder))
        self.cells.update((cell, *children))

    def settle(
        self, deltas: Deltas, activity: dict[tuple[bytes, int], int], seen: dict[tuple[bytes, str], int]
    ) -> None:
        """Replace what is tallied of the ended cells, and what this batch noted about all cells concerned."""
        if not self.ended:
            return
        from .computing import compute_cells

        for key in [key for key in deltas if key[0] in self.cells]:
            del deltas[key]
        gone = [cell for cell, _, _ in self.ended]
        _add_stored(gone, activity, seen)
        for cell, children, remainder in self.ended:
            inherit(cell, children, remainder, activity, seen)
        applying.drop_nodes(gone)
        for key in [key for key in activity if key[0] in gone]:
            del activity[key]
        for first in [key for key in seen if key[0] in gone]:
            del seen[first]
        born = [child for _, children, _ in self.ended for child in children if child not in gone]
        deltas.update(compute_cells(born))


def _add_stored(
    cells: Sequence[bytes], activity: dict[tuple[bytes, int], int], seen: dict[tuple[bytes, str], int]
) -> None:
    for node, month, mask in bulk.select_raw(
        Activity, ("node_id", "month", "mask"), ("node_id",), [(c,) for c in cells]
    ):
        activity[(node, month)] = activity.get((node, month), 0) | mask
    for node, kind, first in bulk.select_raw(Seen, ("node_id", "kind", "first"), ("node_id",), [(c,) for c in cells]):
        seen[(node, kind)] = min(first, seen.get((node, kind), first))


def inherit(
    cell: bytes,
    children: Sequence[bytes],
    remainder: bytes,
    activity: dict[tuple[bytes, int], int],
    seen: dict[tuple[bytes, str], int],
) -> None:
    """Hand on what is noted about a cell to those that it was split into."""
    for (node, month), mask in list(activity.items()):
        if node == cell:
            activity[(remainder, month)] = activity.get((remainder, month), 0) | mask
    for (node, kind), first in list(seen.items()):
        if node == cell:
            for child in children:
                seen[(child, kind)] = min(first, seen.get((child, kind), first))
