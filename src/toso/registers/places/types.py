"""What crosses the boundary of places: units as seen on a date, boundary trees, acts and clauses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final
from uuid import UUID

from toso.kernel.ids import new_id

EVER: Final = date.min
FAR: Final = date.max
LEVEL_LENGTH: Final = 10


class Level(StrEnum):
    """Levels from top to bottom. The district level exists until 30 June 2025."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    HAMLET = "hamlet"

    @property
    def rank(self) -> int:
        """0 for a province … 3 for a hamlet."""
        return _RANKS[self]


_RANKS: Final = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit as it was on one date. `starts` and `ends` are its life, half-open; None: since ever, without end."""

    id: UUID
    code: str
    level: Level
    kind: str
    name_vi: str
    name_km: str
    parent_id: UUID | None
    starts: date | None
    ends: date | None
    lon: float | None
    lat: float | None
    coverage_of: int | None

    def name(self, lang: str = "vi") -> str:
        """The full name as people write it: "Xã Trường Khánh"; Khmer where it is known."""
        if lang == "km" and self.name_km:
            return self.name_km
        return f"{self.kind} {self.name_vi}"


@dataclass(frozen=True, slots=True)
class VersionView:
    """A unit between two of its changes, half-open; None: since ever, without end."""

    starts: date | None
    ends: date | None
    unit: UnitView


@dataclass(frozen=True, slots=True)
class ReorganisationView:
    """A decision that changed boundaries."""

    id: UUID
    decision: str
    title: str
    on: date
    clauses: Sequence[Mapping[str, object]]


@dataclass(frozen=True, eq=False)
class BoundaryTree:
    """The units of one date in preorder, roots first, children in Vietnamese order. Never changed once built.

    Holds for every date in [since, until). `end[i]` is the end (exclusive) of unit i's subtree in `units`;
    `parent[i]` is -1 for roots; `cells[i]` are a hamlet's own cells; `folded[i]` is the name as searched.
    """

    since: date
    until: date
    units: list[UnitView]
    end: list[int]
    parent: list[int]
    depth: list[int]
    cells: list[tuple[UUID, ...]]
    folded: list[str]
    index: dict[UUID, int]

    def find(self, unit_id: UUID) -> int | None:
        """Position of a unit, None when it does not exist on this date."""
        return self.index.get(unit_id)

    def subtree(self, i: int) -> range:
        """Positions of a unit and of everything below it."""
        return range(i, self.end[i])

    def children(self, i: int) -> list[int]:
        """Positions of the units directly below; those of the roots for -1."""
        last = len(self.units) if i < 0 else self.end[i]
        found, at = [], i + 1
        while at < last:
            found.append(at)
            at = self.end[at]
        return found

    def ancestors(self, i: int) -> list[int]:
        """Positions of the units above, from the root down to the parent."""
        found: list[int] = []
        while (i := self.parent[i]) >= 0:
            found.append(i)
        return found[::-1]

    def cells_of(self, i: int) -> list[UUID]:
        """The cells of a unit: its own (a hamlet) and those of everything below, in preorder."""
        flat, starts = self._flat
        return flat[starts[i] : starts[self.end[i]]]

    def hamlet_of(self, cell_id: UUID) -> int | None:
        """Position of the hamlet that a cell belongs to."""
        return self._hamlets.get(cell_id)

    def by_code(self, code: str) -> int | None:
        """Position of the unit that bears an official code on this date."""
        return self._codes.get(code)

    @cached_property
    def _flat(self) -> tuple[list[UUID], list[int]]:
        flat: list[UUID] = []
        starts = [0]
        for own in self.cells:
            flat.extend(own)
            starts.append(len(flat))
        return flat, starts

    @cached_property
    def _hamlets(self) -> dict[UUID, int]:
        return {cell: i for i, own in enumerate(self.cells) for cell in own}

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {unit.code: i for i, unit in enumerate(self.units) if unit.code}


@dataclass(frozen=True, slots=True)
class Life:
    """A unit's level and life, half-open; `EVER` and `FAR` stand for since ever and without end."""

    level: Level
    starts: date
    ends: date

    def nearest(self, on: date) -> date:
        """The day of this life that is nearest to a date: the date itself, the first or the last day."""
        return max(self.starts, min(on, self.ends - timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a unit lies: in the tree of a date, or of its last day when it has ended by then."""

    tree: BoundaryTree
    at: int

    @property
    def unit(self) -> UnitView:
        """The unit on that day."""
        return self.tree.units[self.at]

    def cells(self) -> list[UUID]:
        """Its cells, in tree order."""
        return self.tree.cells_of(self.at)

    def holds_cell(self, cell_id: UUID) -> bool:
        """Whether a cell is one of them."""
        hamlet = self.tree.hamlet_of(cell_id)
        return hamlet is not None and self.at <= hamlet < self.tree.end[self.at]

    def holds_unit(self, unit_id: UUID) -> bool:
        """Whether a unit is this one or lies below it."""
        i = self.tree.find(unit_id)
        return i is not None and self.at <= i < self.tree.end[self.at]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    """A unit to be created. `name_vi` is without its kind ("Trường Khánh", kind "Xã").

    `starts` is for `create_units` only; None: as long as its parent exists. In a reorganisation a unit starts on
    the decision's day. A hamlet gets a cell: `cell_id`, or a new one.
    """

    level: Level
    kind: str
    name_vi: str
    parent_id: UUID | None = None
    code: str = ""
    name_km: str = ""
    population_note: str = ""
    lon: float | None = None
    lat: float | None = None
    coverage_of: int | None = None
    starts: date | None = None
    cell_id: UUID | None = None
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class CreatedUnit:
    """What became of a `NewUnit`: a hamlet's first cell, and its first day (None: since ever)."""

    id: UUID
    cell_id: UUID | None
    starts: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A unit gets another name, kind or code; None leaves it."""

    unit_id: UUID
    kind: str | None = None
    name_vi: str | None = None
    name_km: str | None = None
    code: str | None = None
    coverage_of: int | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """A unit without predecessor (or one that clauses of the same decision fill). A hamlet that no other clause
    gives a cell gets a new one."""

    unit: NewUnit
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Whole units of one level end; one with a new identity takes their place, children and cells."""

    units: tuple[UUID, ...]
    into: NewUnit
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that a split gives away: to a new unit, or to one that exists or is made by another clause.

    Of a commune or district: `children`. Of a hamlet: whole `cells`, and `households` by the cell they live in.
    """

    into: NewUnit | UUID
    children: tuple[UUID, ...] = ()
    cells: tuple[UUID, ...] = ()
    households: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A unit gives parts away. What is not assigned stays with it, or, when it ends, goes to `remainder`
    (the id of the unit that one of the parts goes into)."""

    unit_id: UUID
    parts: tuple[Part, ...]
    remainder: UUID | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A unit with everything below gets another parent."""

    unit_id: UUID
    parent_id: UUID
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A unit ends without heir; other clauses must have taken what was below it (a level is abolished)."""

    unit_id: UUID
    clause: str = ""


Clause = Rename | Create | Merge | Split | Transfer | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorganisation:
    """A decision: its number, the day from which it holds, and its clauses, which take effect together."""

    decision: str
    on: date
    clauses: tuple[Clause, ...]
    title: str = ""
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class SplitCell:
    """A cell that was split: child → households assigned to it, and the child that keeps the rest."""

    cell_id: UUID
    children: Mapping[UUID, Sequence[UUID]]
    remainder: UUID


@dataclass(frozen=True, slots=True)
class ReorganisationOutcome:
    """What a decision did: units that ended and began, cells that were split."""

    id: UUID
    ended: Sequence[UUID]
    created: Sequence[UUID]
    splits: Sequence[SplitCell]
