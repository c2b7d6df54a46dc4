"""What crosses the boundary of visits: the typed contents of acts, and dated histories."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec

OutcomeName = Literal["met", "absent", "come_back", "not_now"]


class AssistGiven(msgspec.Struct):
    """Help to a resident (or, without one, an unnamed person) with a service."""

    service: str
    stage: str
    resident: str | None = None
    result: Literal["done", "problem"] | None = None


class VisitRecord(msgspec.Struct):
    """One call at one household."""

    id: str
    household: str
    outcome: OutcomeName
    assists: list[AssistGiven] = []
    done_by: str | None = None
    follow_up_on: str | None = None
    note: str = ""


class VisitCorrect(msgspec.Struct):
    """Fields of a recorded visit set right."""

    id: str
    set: dict[str, Any]


class VisitVoid(msgspec.Struct):
    """A visit that did not happen."""

    id: str
    reason: str = ""


class DaySheetSet(msgspec.Struct):
    """So many were helped with a service on the day, by the paper."""

    id: str
    service: str
    count: int


class Fields(msgspec.Struct):
    """What `visit.correct` may set."""

    outcome: OutcomeName | None = None
    assists: list[AssistGiven] | None = None
    done_by: str | None = None
    follow_up_on: str | None = None
    note: str | None = None
    on: str | None = None


@dataclass(frozen=True, slots=True)
class AssistView:
    """An assist of a resident's history; carried ones came along from another cell."""

    resident_id: UUID | None
    service_id: UUID
    stage: str
    on: date
    visit_id: UUID
    n: int
    carried: bool


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit that stands."""

    id: UUID
    household_id: UUID
    on: date
    outcome: str


@dataclass(frozen=True, slots=True)
class OpeningFigureAct:
    """Declare what was done before the system; `source` names the paper."""

    unit_id: UUID
    indicator: str
    value: int
    on: date
    source: str
