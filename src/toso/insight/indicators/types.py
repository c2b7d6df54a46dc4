"""What crosses the boundary of indicators."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from toso.kernel.ids import short
from toso.registers.places.types import UnitView

Number = int | float


@dataclass(frozen=True, slots=True)
class DefinitionView:
    """What an indicator is, in a language."""

    code: str
    name: str
    explanation: str
    unit: str
    kind: str
    subject: str
    numerator: str | None
    denominator: str | None
    dimensions: Sequence[str]
    version: int

    def as_json(self) -> dict[str, Any]:
        """As the interface shows it."""
        return {
            "code": self.code,
            "name": self.name,
            "explanation": self.explanation,
            "unit": self.unit,
            "kind": self.kind,
            "subject": self.subject,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "dimensions": list(self.dimensions),
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class Reporting:
    """How many hamlets had an entry in the 7 days up to a date, of how many; the latest entry of the hamlet that
    was heard last, and of the one heard longest ago (of those that were ever heard)."""

    hamlets: int
    reporting: int
    freshest: date | None
    stalest: date | None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a breakdown: a unit, a day, or a unit with its value on each day."""

    unit: UnitView | None = None
    day: date | None = None
    value: Number | None = None
    declared: Number | None = None
    values: Sequence[Number | None] | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The lines of a breakdown as columns: there may be very many. `first` is the first day (an ordinal) of series."""

    by: str
    units: Sequence[UnitView] = ()
    first: int | None = None
    values: Sequence[Number | None] = ()
    declared: Sequence[Number | None] = ()
    rows: Sequence[Sequence[Number | None]] = ()

    def __len__(self) -> int:
        return len(self.rows or self.values)

    def items(self) -> Iterator[Item]:
        """Line by line."""
        if self.rows:
            for unit, row in zip(self.units, self.rows, strict=True):
                yield Item(unit, values=row)
        elif self.first is not None:
            for n, value in enumerate(self.values):
                yield Item(day=date.fromordinal(self.first + n), value=value)
        else:
            for unit, value, declared in zip(self.units, self.values, self.declared, strict=False):
                yield Item(unit, value=value, declared=declared)

    def as_json(self, lang: str) -> list[dict[str, Any]]:
        """As the interface shows it."""
        if self.rows:
            return [{"unit": unit_json(u, lang), "values": row} for u, row in zip(self.units, self.rows, strict=True)]
        if self.first is not None:
            return [{"day": item.day, "value": item.value} for item in self.items()]
        return [
            {"unit": unit_json(u, lang), "value": value, "declared": declared}
            for u, value, declared in zip(self.units, self.values, self.declared, strict=False)
        ]


def unit_json(unit: UnitView, lang: str) -> dict[str, Any]:
    """A unit in few words."""
    return {"id": short(unit.id), "code": unit.code, "level": unit.level.value, "name": unit.name(lang)}


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of a unit on a date, by the boundaries of a date. A missing value is None, never 0.

    `declared` is the part of `value` that is declared, not recorded. `coverage`: {"loaded", "exist"} of a unit that is
    only partly loaded. `computing`: the share that is ready of a definition that is being computed for the past.
    """

    value: Number | None
    declared: Number | None
    indicator: DefinitionView
    unit: UnitView
    on: date
    boundaries: date
    from_: date | None
    computed_at: int
    reporting: Reporting
    coverage: Mapping[str, int] | None = None
    computing: float | None = None
    breakdown: Breakdown | None = None
    lang: str = "vi"

    @property
    def items(self) -> list[Item]:
        """The lines of the breakdown that was asked for."""
        return list(self.breakdown.items()) if self.breakdown else []

    def as_json(self) -> dict[str, Any]:
        """As the interface shows it: `by` is the list of values when a breakdown was asked for."""
        found: dict[str, Any] = {
            "value": self.value,
            "declared": self.declared,
            "indicator": self.indicator.as_json(),
            "unit": unit_json(self.unit, self.lang),
            "on": self.on,
            "boundaries": self.boundaries,
            "from": self.from_,
            "period": {"from": self.from_, "to": self.on},
            "computed_at": self.computed_at,
            "hamlets": self.reporting.hamlets,
            "hamlets_reporting": self.reporting.reporting,
            "freshest": self.reporting.freshest,
            "stalest": self.reporting.stalest,
            "coverage": self.coverage,
        }
        if self.computing is not None:
            found["computing"] = self.computing
        if self.breakdown is not None:
            found["breakdown"] = self.breakdown.by
            found["by"] = self.breakdown.as_json(self.lang)
        return found


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One indicator of a unit on a date, and of the units directly below it by unit id."""

    indicator: DefinitionView
    value: Number | None
    declared: Number | None
    below: Mapping[UUID, Number | None]
    reporting: Reporting
