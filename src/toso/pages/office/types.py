"""What the templates show: texts ready to print, computed by `overview`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from toso.registers.places.types import UnitView

from .tilemap import TileMap


@dataclass(frozen=True, slots=True)
class Reading:
    """One indicator of a unit and of the units directly below it. A missing value is None."""

    code: str
    name: str
    explanation: str
    kind: str
    version: int
    value: float | None
    declared: float | None
    reporting: int
    hamlets: int
    freshest: date | None
    stalest: date | None
    below: Mapping[UUID, float | None]


@dataclass(frozen=True, slots=True)
class Card:
    """An indicator as a card. `part` says that only some of the units below have a value."""

    code: str
    name: str
    value: str
    declared: str
    part: str
    explanation: str
    missing: bool
    share: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Cards that belong together."""

    title: str
    lead: bool
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: where its head leads, and which way it is sorted now ("", "up", "down")."""

    code: str
    name: str
    url: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Row:
    """A unit below. `cells` are (text, missing, share of the column's greatest value in per cent)."""

    name: str
    url: str
    cells: Sequence[tuple[str, bool, int]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A thing to choose: a preset day, an indicator for the map, a unit on the way up."""

    name: str
    url: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Legend:
    """One tint of the map and what it stands for."""

    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page of a unit."""

    unit: UnitView
    name: str
    path: Sequence[Choice]
    groups: Sequence[Group]
    freshness: str
    coverage: str
    below_title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None
    map: TileMap | None
    map_title: str
    tints: Sequence[Choice]
    legend: Sequence[Legend]
