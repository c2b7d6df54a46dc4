"""What crosses the boundary of roles: terms, acts, and a person's standing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from toso.engine.journal.types import Touch
from toso.kernel.clock import DAY_MS, day_start_ms, vn_day
from toso.kernel.ids import new_id
from toso.kernel.problems import Problem
from toso.registers.places import selectors as places
from toso.registers.places.types import Ground, Level


class Role(StrEnum):
    """What a person is at a unit."""

    MEMBER = "member"
    LEADER = "leader"
    DEPUTY = "deputy"
    COMMUNE_OFFICIAL = "commune_official"
    DISTRICT_OFFICIAL = "district_official"
    PROVINCE_OFFICIAL = "province_official"
    DUTY_OFFICER = "duty_officer"
    TRAINER = "trainer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


SERVING: Final = frozenset((Role.MEMBER, Role.LEADER, Role.DEPUTY, Role.COMMUNE_OFFICIAL))
LEADING: Final = frozenset((Role.LEADER, Role.DEPUTY, Role.COMMUNE_OFFICIAL))
OFFICIALS: Final = frozenset((Role.COMMUNE_OFFICIAL, Role.DISTRICT_OFFICIAL, Role.PROVINCE_OFFICIAL))
SEEING_FIGURES: Final = SERVING | OFFICIALS | {Role.DUTY_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR}
LEVEL_OF: Final = {
    Role.COMMUNE_OFFICIAL: Level.COMMUNE,
    Role.DISTRICT_OFFICIAL: Level.DISTRICT,
    Role.PROVINCE_OFFICIAL: Level.PROVINCE,
}
GRACE_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class TermView:
    """A term. `ends` is the first day after it; None while no end is known."""

    id: UUID
    person_id: UUID
    role: Role
    unit_id: UUID
    team_id: UUID | None
    starts: date
    ends: date | None
    end_recorded_at: int | None
    successor_of: UUID | None

    def covers(self, day: date) -> bool:
        """Whether a day lies inside the term."""
        return self.starts <= day and (self.ends is None or day < self.ends)

    @property
    def closed_at(self) -> int | None:
        """The moment from which the term is over and known to be, in ms; an end set ahead counts from its day."""
        if self.ends is None:
            return None
        return max(self.end_recorded_at or 0, day_start_ms(self.ends))


@dataclass(frozen=True, slots=True)
class Scope:
    """A term and where it reaches: its unit by the boundaries of the standing's day, or of the unit's last day.

    `ground` is None for a unit that begins later: the term reaches nothing yet.
    """

    term: TermView
    ground: Ground | None

    def holds_cell(self, cell_id: UUID) -> bool:
        """Whether the term reaches a cell."""
        return self.ground is not None and self.ground.holds_cell(cell_id)


@dataclass(frozen=True)
class Standing:
    """Everything needed to judge one person's acts in memory. `day` is the day whose boundaries it knows: today."""

    person_id: UUID
    day: date
    scopes: Sequence[Scope] = ()

    @property
    def terms(self) -> list[TermView]:
        """All terms, ended ones included: serving roles first, from the lowest unit up."""
        return [scope.term for scope in self.scopes]

    def served_cells(self, on: date) -> list[UUID]:
        """The cells of the terms that serve and run on a day: the lowest units first, then in tree order."""
        found: dict[UUID, None] = {}
        for scope in self.scopes:
            if scope.term.role in SERVING and scope.ground is not None and scope.term.covers(on):
                found.update(dict.fromkeys(scope.ground.cells()))
        return list(found)

    def serves(self, cell_id: UUID, on: date) -> bool:
        """Whether a serving term that runs on a day reaches a cell."""
        return self._has(SERVING, cell_id, on)

    def leads(self, cell_id: UUID, on: date) -> bool:
        """Whether the person leads a cell on a day: leader or deputy there, or commune official."""
        return self._has(LEADING, cell_id, on)

    def may_see_names(self, cell_id: UUID, on: date) -> bool:
        """Whether the person may read who lives in a cell: those who serve it on that day. Above, only figures."""
        return self.serves(cell_id, on)

    def _has(self, roles: frozenset[Role], cell_id: UUID, on: date) -> bool:
        return any(
            scope.term.role in roles and scope.term.covers(on) and scope.holds_cell(cell_id) for scope in self.scopes
        )

    def refusal(self, cell_id: UUID, day: date, base_at_ms: int | None, now_ms: int) -> Problem | None:
        """Why an act in a cell on a day is refused, None when it is accepted.

        Accepted: some serving term of the person reaches the cell now, and one (the same, or the one before it)
        on `day`. Also after the end: `day` inside the term, the author had not seen its end (`base_at_ms`: when
        the last entry he had seen was appended, 0 for nothing, None for unknown), at most 30 days late.
        """
        here = [s.term for s in self.scopes if s.term.role in SERVING and s.holds_cell(cell_id)]
        if not here:
            return Problem("cell_not_yours")
        then = [term for term in here if term.covers(day)]
        if any(term.covers(vn_day(now_ms)) for term in here):
            return None if then else Problem("term_not_covering_day")
        if not then:
            over = all(term.ends is not None and term.ends <= day for term in here)
            return Problem("term_ended" if over else "term_not_covering_day")
        unseen = [
            closed
            for term in then
            if (closed := term.closed_at) is not None and base_at_ms is not None and base_at_ms < closed
        ]
        if not unseen:
            return Problem("term_ended")
        if now_ms > max(unseen) + GRACE_DAYS * DAY_MS:
            return Problem("arrived_too_late")
        return None

    def may_see_figures(self, unit_id: UUID, on: date) -> bool:
        """Whether the person may see the figures of a unit, as it was by the boundaries of `on`.

        The terms that run on the standing's day decide, whatever `on` is: rights flow down today's boundaries. They
        reach their unit, what lies below it, and every unit no higher whose ground lies wholly within theirs.
        """
        running = [
            scope.ground
            for scope in self.scopes
            if scope.ground is not None and scope.term.role in SEEING_FIGURES and scope.term.covers(self.day)
        ]
        if any(ground.holds_unit(unit_id) for ground in running):
            return True
        if not running:
            return False
        there = places.grounds([unit_id], on).get(unit_id)
        if there is None:
            return False
        reach = [ground for ground in running if ground.unit.level.rank <= there.unit.level.rank]
        cells = there.cells()
        if cells:
            return any(all(ground.holds_cell(cell) for cell in cells) for ground in reach)
        heirs = places.successors(unit_id, self.day)
        return bool(heirs) and any(all(ground.holds_unit(heir.id) for heir in heirs) for ground in reach)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTerm:
    """A person takes up a role at a unit. `touches`: wire rows that change; by default the member's, in a team."""

    person_id: UUID
    role: Role
    unit_id: UUID
    starts: date
    ends: date | None = None
    team_id: UUID | None = None
    successor_of: UUID | None = None
    touches: Sequence[Touch] | None = None
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTerm:
    """A term ends: `ends` is the first day after it."""

    term_id: UUID
    ends: date
    touches: Sequence[Touch] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """After a reorganisation: what becomes of the running terms at units that ended on a day.

    `units` None: all that ended then. Terms of `roles` go on at the successor of the same level, if there is
    exactly one; terms of `close` end; all others stay and cover the cells of the unit's last day.
    """

    on: date
    units: Sequence[UUID] | None = None
    roles: frozenset[Role] = frozenset((Role.COMMUNE_OFFICIAL, Role.DUTY_OFFICER, Role.PROVINCE_OFFICIAL))
    close: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What became of one running term at an ended unit: `passed` with its successor, `closed` or `kept`."""

    term_id: UUID
    fate: str
    successor_id: UUID | None = None
    unit_id: UUID | None = None
