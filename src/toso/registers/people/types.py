"""What crosses the boundary of people: the typed contents of acts, and views."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec

Lang = Literal["vi", "km"]


class HouseholdAdd(msgspec.Struct):
    """A household met for the first time."""

    id: str
    label: str
    people: int
    cluster: str = ""
    zalo_news: bool | None = None
    lang_screen: Lang | None = None
    lang_listen: Lang | None = None
    lang_read: Lang | None = None


class Change(msgspec.Struct):
    """Some fields of a household or resident."""

    id: str
    set: dict[str, Any]


class HouseholdClose(msgspec.Struct):
    """The household is no longer here."""

    id: str
    reason: Literal["moved_away", "dissolved", "mistake"]


class HouseholdMove(msgspec.Struct):
    """The household lives in another cell from the day on."""

    id: str
    to_cell: str


class ResidentAdd(msgspec.Struct):
    """A person is named."""

    id: str
    household: str
    name: str
    birth_year: int | None = None


class ResidentMove(msgspec.Struct):
    """The resident lives in another household of the same cell."""

    id: str
    to_household: str


class ResidentLeave(msgspec.Struct):
    """The resident is no longer here."""

    id: str
    reason: Literal["moved_away", "died", "mistake"]


class ResidentMerge(msgspec.Struct):
    """Two records of one person; the lowest id stands for both."""

    id: str
    with_: str = msgspec.field(name="with")


class RecordOnly(msgspec.Struct):
    """An act that names only its record."""

    id: str


class Settle(msgspec.Struct):
    """The leader settles a conflict: keep what stands, or the value that lost."""

    id: str
    keep: Literal["kept", "lost"]


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A household as others read it."""

    cell_id: UUID
    id: UUID
    label: str
    people: int
    cluster: str
    zalo_news: bool | None
    state: str
    stays: list[list[str | None]]
    history: dict[str, list[list[Any]]]


@dataclass(frozen=True, slots=True)
class ResidentView:
    """A resident as others read it; `root` is the record that stands for it."""

    cell_id: UUID
    id: UUID
    household_id: UUID
    name: str
    birth_year: int | None
    root: UUID
    state: str
    stays: list[list[Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a household has lived: `stays` are (from, cell) in order of time; `now` is None when it is gone."""

    household_id: UUID
    stays: tuple[tuple[str, UUID], ...]
    now: UUID | None

    @property
    def last(self) -> UUID:
        """The cell where it lives or lived last."""
        return self.now or self.stays[-1][1]

    @property
    def cells(self) -> frozenset[UUID]:
        """Every cell it has lived in."""
        return frozenset(cell for _, cell in self.stays)

    @property
    def elsewhere(self) -> bool:
        """Whether it has lived in more than one cell."""
        return len(self.cells) > 1

    def cell_on(self, day: date) -> UUID:
        """The cell on a day; a day before the household was written down counts where it was first met."""
        text = day.isoformat()
        return next((cell for start, cell in reversed(self.stays) if start <= text), self.stays[0][1])
