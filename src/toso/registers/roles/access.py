"""What a person may do and see: decided here, once. Deny by default."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.kernel.clock import today
from toso.kernel.problems import Problem
from toso.registers.places import selectors as places
from toso.registers.places.types import UnitView

from . import selectors
from .types import SERVING, Scope, Standing

__all__ = ["Standing", "cell_for_view", "standings", "unit_for_figures"]


def standings(person_ids: Sequence[UUID], on: date | None = None) -> dict[UUID, Standing]:
    """Each person's standing by the boundaries of a day (today), ended terms included. A few queries for all.

    A person without terms has one that grants nothing.
    """
    day = on or today()
    terms = selectors.terms_of(person_ids)
    grounds = places.grounds([term.unit_id for of_one in terms.values() for term in of_one], day)
    found = {}
    for person, of_one in terms.items():
        scopes = [Scope(term, grounds.get(term.unit_id)) for term in of_one]
        found[person] = Standing(person, day, tuple(sorted(scopes, key=_order)))
    return found


def _order(scope: Scope) -> tuple[bool, int, int, date]:
    """Serving roles first, lower units first, then in tree order and by age."""
    ground = scope.ground
    rank, at = (ground.unit.level.rank, ground.at) if ground else (0, 0)
    return scope.term.role not in SERVING, -rank, at, scope.term.starts


def cell_for_view(standing: Standing, cell_id: UUID, on: date) -> UUID:
    """The cell, if the person may read who lives there on a day. Raises Problem cell_not_yours, for unknown ones too."""
    if not standing.may_see_names(cell_id, on):
        raise Problem("cell_not_yours")
    return cell_id


def unit_for_figures(standing: Standing, unit_id: UUID, on: date) -> UnitView:
    """The unit by the boundaries of `on`, if the person may see its figures.

    Raises Problem unit_unknown, unit_not_on_boundaries, forbidden.
    """
    unit = places.require_unit(unit_id, on)
    if not standing.may_see_figures(unit_id, on):
        raise Problem("forbidden")
    return unit
