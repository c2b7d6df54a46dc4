"""A decision that splits a hamlet, for schedules."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.registers.places import selectors as places
from toso.registers.places.types import Level, NewUnit, Part, Reorganisation, Split


def split_hamlet_of(cell: UUID, households: Sequence[UUID], on: date) -> tuple[Reorganisation, list[UUID]] | None:
    """Give these households of a cell to a new hamlet; answers the decision and the cells that will stand for it."""
    hamlet = places.hamlet_of_cell(cell, on)
    if hamlet is None:
        return None
    parent = places.ancestors(hamlet.id, on)[-1]
    new = NewUnit(level=Level.HAMLET, kind="Ấp", name_vi=f"Tách {cell.hex[-6:]}", parent_id=parent.id)
    act = Reorganisation(
        decision="01/QĐ-MẪU",
        on=on,
        clauses=(Split(unit_id=hamlet.id, parts=(Part(into=new, households={cell: tuple(households)}),)),),
    )
    from toso.registers.places import rules

    cuts = [cut for clause in act.clauses if isinstance(clause, Split) for cut in rules.split_cells(clause)]
    return act, [child for cut in cuts for child in cut.children]
