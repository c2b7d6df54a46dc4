"""Units and figures by the boundaries of any date."""

from typing import Any, Final

from toso.insight.indicators import selectors as indicators
from toso.kernel.clock import today
from toso.kernel.ids import short
from toso.kernel.problems import Problem
from toso.registers.places import selectors as places
from toso.registers.places.types import Level, UnitView
from toso.registers.roles.access import standings, unit_for_figures

from .. import schemas
from ..access import Access
from ..call import Call
from ..http import Answer
from ..registry import endpoint

UNITS_AT_ONCE: Final = 1000
UNITS_AT_MOST: Final = 5000
LEVELS: Final = tuple(level.value for level in Level)
BREAKDOWNS: Final = ("child", "descendant", "day", "descendant,day")


def unit_json(unit: UnitView, lang: str) -> dict[str, Any]:
    """A unit as the interface shows it."""
    return {
        "id": short(unit.id),
        "code": unit.code,
        "level": unit.level.value,
        "name": unit.name(lang),
        "name_km": unit.name_km or None,
        "parent": short(unit.parent_id) if unit.parent_id else None,
        "starts": unit.starts,
        "ends": unit.ends,
    }


@endpoint(
    "GET", "/api/v1/units", access=Access.SIGNED_IN, answer=schemas.UNITS,
    query={
        "boundaries": schemas.DAY, "parent": schemas.ID, "code": schemas.TEXT, "level": schemas.LEVEL,
        "q": schemas.TEXT, "limit": schemas.COUNT, "offset": schemas.COUNT,
    },
    problems=("date_invalid", "unit_unknown", "unit_not_on_boundaries", "value_invalid"),
)  # fmt: skip
def units(call: Call) -> Answer:
    """Units by the boundaries of a date: below a parent, of a level, by code or by name"""
    boundaries = call.day("boundaries") or today()
    level = call.text("level")
    if level and level not in LEVELS:
        raise Problem("value_invalid", field="level")
    limit = call.whole("limit", UNITS_AT_ONCE, 1, UNITS_AT_MOST)
    found = places.units(
        boundaries,
        parent=call.id("parent", "unit_unknown"),
        code=call.text("code") or None,
        level=level or None,
        q=call.text("q") or None,
        limit=limit + 1,
        offset=call.whole("offset", 0),
    )
    items = [unit_json(unit, call.lang) for unit in found[:limit]]
    return Answer({"items": items, "boundaries": boundaries, "more": len(found) > limit})


@endpoint("GET", "/api/v1/indicators", access=Access.SIGNED_IN, answer=schemas.INDICATORS)
def indicator_list(call: Call) -> Answer:
    """All indicators with their definitions"""
    return Answer({"items": indicators.indicators(call.lang)})


@endpoint(
    "GET", "/api/v1/figures", access=Access.SIGNED_IN, answer=schemas.FIGURE,
    query={
        "indicator": schemas.TEXT, "unit": schemas.ID, "on": schemas.DAY, "boundaries": schemas.DAY,
        "from": schemas.DAY, "by": schemas.one_of(*BREAKDOWNS), "service": schemas.TEXT, "stage": schemas.TEXT,
    },
    required=("indicator", "unit"),
    problems=(
        "date_invalid", "indicator_unknown", "unit_unknown", "unit_not_on_boundaries", "period_not_tallied",
        "forbidden", "value_invalid", "service_unknown", "stage_unknown",
    ),
)  # fmt: skip
def figure(call: Call) -> Answer:
    """One indicator of a unit on a date, by the boundaries of a date; missing is null, never 0"""
    on = call.day("on") or today()
    boundaries = call.day("boundaries") or on
    code = call.text("indicator")
    if not code:
        raise Problem("value_invalid", field="indicator")
    unit_id = call.id("unit", "unit_unknown")
    if unit_id is None:
        raise Problem("value_invalid", field="unit")
    by = call.text("by")
    if by and by not in BREAKDOWNS:
        raise Problem("value_invalid", field="by")
    unit_for_figures(standings([call.user.user_id])[call.user.user_id], unit_id, boundaries)
    found = indicators.figure(
        code,
        unit_id,
        on,
        boundaries,
        from_=call.day("from"),
        by=by or None,
        service=call.text("service") or None,
        stage=call.text("stage") or None,
        lang=call.lang,
    )
    return Answer(found.as_json())
