"""The state of an overview, all of it in its link: unit, day of the figures, day of the boundaries, order, map."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from toso.kernel.ids import short
from toso.kernel.problems import Problem

EARLIEST: Final = date(2020, 1, 1)
_SEPARATORS: Final = str.maketrans("-. ", "///")


@dataclass(frozen=True, slots=True)
class Link:
    """What an overview shows. `order` is a column's code, with a leading "-" for descending."""

    unit_id: UUID
    on: date
    boundaries: date
    order: str = ""
    tint: str = ""

    def to(self, **changes: object) -> str:
        """The address of the same overview with these things changed."""
        return replace(self, **changes).url()  # type: ignore[arg-type]

    def url(self) -> str:
        """The address of this overview."""
        query = {"on": self.on.isoformat(), "boundaries": self.boundaries.isoformat()}
        if self.order:
            query["sort"] = self.order
        if self.tint:
            query["map"] = self.tint
        return f"{reverse('office:unit', args=[short(self.unit_id)])}?{urlencode(query)}"


def read_day(text: str) -> date:
    """A day as people write it, 30/06/2025, or as links do, 2025-06-30. Raises Problem date_invalid."""
    parts = text.strip().translate(_SEPARATORS).split("/")
    try:
        first, second, third = (int(part) for part in parts if part.isascii() and part.isdecimal())
        day = date(first, second, third) if len(parts[0]) == 4 else date(third, second, first)
    except ValueError:
        raise Problem("date_invalid") from None
    if len(parts) != 3 or day < EARLIEST:
        raise Problem("date_invalid")
    return day


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link as asked for, with what could not be read: field → problem."""

    link: Link
    problems: dict[str, Problem]
    plain: bool


def read_link(unit_id: UUID, query: QueryDict, today: date, columns: frozenset[str]) -> Wanted:
    """The link in a query; what cannot be read falls back to today and is named in `problems`.

    `plain` is false when the days were written as people do: the canonical link should be shown.
    """
    problems: dict[str, Problem] = {}
    days: dict[str, date] = {}
    plain = True
    for field in ("on", "boundaries"):
        text = query.get(field, "").strip()
        days[field] = days.get("on", today)
        if not text:
            continue
        try:
            days[field] = read_day(text)
            plain = plain and text == days[field].isoformat()
        except Problem as problem:
            problems[field] = problem
    if days["on"] > today:
        problems["on"] = Problem("day_in_future")
        days["on"] = today
    order, tint = query.get("sort", ""), query.get("map", "")
    order = order if order.removeprefix("-") in columns | {"name"} else ""
    return Wanted(
        Link(unit_id, days["on"], days["boundaries"], order, tint if tint in columns else ""), problems, plain
    )
