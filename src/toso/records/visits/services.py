"""Decides acts of visits: one lock, set-based reads, an outcome for each act."""

from collections.abc import Sequence
from uuid import UUID

from toso.engine.journal.services import Writer, writing
from toso.engine.journal.types import cell_stream, unit_stream
from toso.engine.sync.types import Act, Header, Outcome, accepted, refused
from toso.kernel.ids import new_id, parse_id
from toso.kernel.problems import Problem
from toso.kernel.text import nfc
from toso.registers.people import selectors as people
from toso.registers.places import selectors as places

from . import deciding, selectors
from .types import DaySheetSet, OpeningFigureAct, VisitRecord

__all__ = ["decide", "declare_opening_figures", "streams_for"]
SOURCE_LIMIT = 200


def streams_for(acts: Sequence[Act]) -> set[str]:
    """The streams that these acts may write to: where the household lived on the day, and wherever it lived since."""
    cells: set[UUID] = set()
    households: list[UUID] = []
    visits: list[UUID] = []
    for act in acts:
        body = act.body
        if isinstance(body, VisitRecord):
            households.append(parse_id(body.household))
            if act.header.cell:
                cells.add(act.header.cell)
        elif isinstance(body, DaySheetSet):
            if act.header.cell:
                cells.add(act.header.cell)
        else:
            visits.append(parse_id(body.id))
    for row in selectors.visit_rows(visits).values():
        cells.add(row["cell_id"])
        households.append(row["household_id"])
    known = people.household_cells(households)
    cells |= {cell for own in known.values() for cell in own}
    return {cell_stream(cell) for cell in people.living_cells(cells).values()}


def decide(*, writer: Writer, acts: Sequence[Act]) -> list[Outcome]:
    """One outcome for each act; entries go to the writer. Raises RouteChanged when a household has moved meanwhile."""
    work = deciding.load(writer, acts)
    outcomes: list[Outcome] = []
    for act in acts:
        try:
            entry = deciding.DECIDERS[act.kind](work, act)
            outcomes.append(accepted(act.header, entry.stream, entry.seq))
        except Problem as problem:
            outcomes.append(refused(act.header, problem))
        except ValueError:
            outcomes.append(refused(act.header, Problem("operation_malformed")))
    deciding.carry_on(work)
    return outcomes


def declare_opening_figures(*, acts: Sequence[OpeningFigureAct], header: Header) -> list[UUID]:
    """Declare what units had done before the system; answers the figures' ids. Raises Problem value_invalid."""
    ids: list[UUID] = []
    with writing({unit_stream(act.unit_id) for act in acts}) as writer:
        for act in acts:
            source = nfc(act.source)
            if act.value < 0 or not source or len(source) > SOURCE_LIMIT:
                raise Problem("value_invalid", field="value" if act.value < 0 else "source")
            places.require_unit(act.unit_id, act.on)
            record = new_id()
            data = {"indicator": act.indicator, "value": act.value, "source": source}
            writer.append(unit_stream(act.unit_id), header.draft("opening_figure.declared", record, data, (), act.on))
            ids.append(record)
    return ids
