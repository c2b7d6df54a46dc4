"""Decides acts on households and residents: one lock, set-based reads, an outcome for each act."""

from collections.abc import Sequence
from uuid import UUID

from toso.engine.journal.services import Writer
from toso.engine.journal.types import cell_stream
from toso.engine.sync.types import Act, Outcome, accepted, refused
from toso.kernel.ids import parse_id
from toso.kernel.problems import Problem

from . import deciding, selectors
from .erasing import erase_residents
from .types import (
    Change,
    HouseholdAdd,
    HouseholdMove,
    ResidentAdd,
    ResidentMerge,
    ResidentMove,
    Settle,
)

__all__ = ["decide", "erase_residents", "streams_for"]


def streams_for(acts: Sequence[Act]) -> set[str]:
    """The streams that these acts may write to, by where their records live now."""
    households: list[UUID] = []
    residents: list[UUID] = []
    conflicts: list[UUID] = []
    cells: set[UUID] = set()
    for act in acts:
        body = act.body
        if isinstance(body, HouseholdAdd):
            if act.header.cell:
                cells.add(act.header.cell)
            households.append(parse_id(body.id))
        elif isinstance(body, HouseholdMove):
            cells.add(parse_id(body.to_cell))
            households.append(parse_id(body.id))
        elif isinstance(body, ResidentAdd):
            households.append(parse_id(body.household))
            residents.append(parse_id(body.id))
        elif isinstance(body, Settle):
            conflicts.append(parse_id(body.id))
        elif act.kind.startswith("household."):
            households.append(parse_id(body.id))
        else:
            residents.append(parse_id(body.id))
            if isinstance(body, ResidentMerge):
                residents.append(parse_id(body.with_))
            elif isinstance(body, ResidentMove):
                households.append(parse_id(body.to_household))
    cells |= {cell for cell, _ in selectors.cells_of_residents(residents).values()}
    cells |= {row["cell_id"] for row in selectors.conflicts(conflicts).values()}
    for place in selectors.places(households).values():
        cells.add(place.last)
    # A household that is not there yet may be made by an act of this very batch.
    cells |= {act.header.cell for act in acts if act.header.cell and isinstance(act.body, ResidentAdd | Change)}
    return {cell_stream(cell) for cell in selectors.living_cells(cells).values()}


def decide(*, writer: Writer, acts: Sequence[Act]) -> list[Outcome]:
    """One outcome for each act; entries go to the writer. Raises RouteChanged when a record has moved meanwhile."""
    work = deciding.load(writer, acts)
    outcomes: list[Outcome] = []
    for act in acts:
        try:
            stream, seq, lost = deciding.DECIDERS[act.kind](work, act)
            outcomes.append(accepted(act.header, stream, seq, lost))
        except Problem as problem:
            outcomes.append(refused(act.header, problem))
        except ValueError:
            outcomes.append(refused(act.header, Problem("operation_malformed")))
    return outcomes
