"""What a user may see in the office: figures by place and role."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.engine.accounts.types import UserView
from toso.engine.audit.services import note_reads
from toso.engine.journal.types import unit_stream
from toso.kernel.clock import today
from toso.kernel.problems import Problem
from toso.registers.places import selectors as places
from toso.registers.places.types import UnitView
from toso.registers.roles.access import standings, unit_for_figures
from toso.registers.roles.types import LEADING, OFFICIALS, SEEING_FIGURES


def unit_for_view(user: UserView, unit_id: UUID, boundaries: date) -> UnitView:
    """A unit whose figures the user may see. Raises Problem unit_unknown, unit_not_on_boundaries, forbidden."""
    return unit_for_figures(standings([user.id])[user.id], unit_id, boundaries)


def visible(user: UserView, unit_ids: Sequence[UUID], boundaries: date) -> set[UUID]:
    """Those of the units whose figures the user may see."""
    standing = standings([user.id])[user.id]
    return {unit_id for unit_id in unit_ids if standing.may_see_figures(unit_id, boundaries)}


def own_unit(user: UserView) -> tuple[UUID, date] | None:
    """The highest living unit at which the user holds a role (else an ended one), and boundaries by which it exists.

    None for a user without a role that sees figures.
    """
    day = today()
    units = [
        scope.ground.unit
        for scope in standings([user.id])[user.id].scopes
        if scope.ground is not None and scope.term.role in SEEING_FIGURES and scope.term.covers(day)
    ]
    if not units:
        return None
    own = min(units, key=lambda unit: (unit.ends is not None and unit.ends <= day, unit.level.rank))
    return own.id, places.lives([own.id])[own.id].nearest(day)


def leads(user: UserView, unit_id: UUID) -> bool:
    """Whether the user leads the team of a unit: leader or deputy there, commune official above, official there."""
    day = today()
    return any(
        scope.term.covers(day)
        and scope.ground is not None
        and (
            (scope.term.role in LEADING and scope.ground.holds_unit(unit_id))
            or (scope.term.role in OFFICIALS and scope.term.unit_id == unit_id)
        )
        for scope in standings([user.id])[user.id].scopes
    )


def team_for_edit(user: UserView, unit_id: UUID, *, address: str) -> UnitView:
    """A unit whose members' names the user may read, and whose phones he may let in; the read is noted.

    Raises Problem unit_unknown, unit_not_on_boundaries, forbidden.
    """
    unit = places.require_unit(unit_id, today())
    if not leads(user, unit_id):
        raise Problem("forbidden")
    note_reads(user_id=user.id, subjects=[unit_stream(unit_id)], page="office:team", address=address)
    return unit
