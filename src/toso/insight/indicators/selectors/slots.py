"""Nodes and the slots that they are summed into."""

from dataclasses import dataclass
from uuid import UUID

Slots = dict[bytes, int]
"""Node, as 16 bytes → number of the slot."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The nodes of a unit's subtree and the slot that each counts in. `nested`: one slot for each unit in preorder,
    each with its own nodes only, to be summed upwards. `all`: these are all nodes of the boundaries
    date. With one slot it holds every node, whatever number the nodes bear."""

    cells: Slots
    units: Slots
    slots: int
    nested: bool = False
    all: bool = False

    def cell_ids(self) -> list[UUID]:
        """Ids of the cells."""
        return [UUID(bytes=key) for key in self.cells]

    def slot_of_cell(self, cell: UUID) -> int:
        """The slot that a cell is summed into."""
        return self.cells[cell.bytes] if self.slots > 1 else 0
