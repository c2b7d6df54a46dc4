"""What `/me` says about roles, cells and streams, as of today."""

from typing import Any, Final
from uuid import UUID

from toso.engine.journal.types import COMMON, cell_stream, unit_stream, user_stream
from toso.kernel.clock import today
from toso.kernel.ids import short
from toso.registers.places import selectors as places
from toso.registers.places.types import BoundaryTree, Level, UnitView
from toso.registers.roles.access import standings
from toso.registers.roles.types import SEEING_FIGURES, Scope

HELD_AT_MOST: Final = 10


def standing_of(user_id: UUID, lang: str) -> dict[str, Any]:
    """Running roles, the cells served (a phone keeps the first ten), and the streams that a phone should hold."""
    day = today()
    standing = standings([user_id], day)[user_id]
    running = [scope for scope in standing.scopes if scope.term.covers(day) and scope.ground is not None]
    served = standing.served_cells(day)
    held = set(served[:HELD_AT_MOST])
    boundaries = places.tree(day)
    units = dict.fromkeys(scope.term.unit_id for scope in running if scope.term.role in SEEING_FIGURES)
    cells = []
    for cell in served:
        hamlet, commune = _place(boundaries, cell)
        cells.append(
            {
                "id": short(cell),
                "name": hamlet.name(lang) if hamlet else "",
                "unit": short(hamlet.id) if hamlet else None,
                "commune": commune.name(lang) if commune else None,
                "held": cell in held,
            }
        )
        if cell in held and hamlet is not None:
            units[hamlet.id] = None
    streams = [COMMON, user_stream(user_id)]
    streams += [unit_stream(unit) for unit in units]
    streams += [cell_stream(cell) for cell in served[:HELD_AT_MOST]]
    return {"roles": [_role(scope, lang) for scope in running], "cells": cells, "streams": streams}


def _role(scope: Scope, lang: str) -> dict[str, Any]:
    assert scope.ground is not None
    unit, term = scope.ground.unit, scope.term
    return {
        "role": term.role.value,
        "unit": {"id": short(unit.id), "code": unit.code, "level": unit.level.value, "name": unit.name(lang)},
        "team": short(term.team_id) if term.team_id else None,
        "starts": term.starts,
        "ends": term.ends,
    }


def _place(boundaries: BoundaryTree, cell: UUID) -> tuple[UnitView | None, UnitView | None]:
    at = boundaries.hamlet_of(cell)
    if at is None:
        return None, None
    above = [boundaries.units[i] for i in boundaries.ancestors(at)]
    return boundaries.units[at], next((unit for unit in above if unit.level is Level.COMMUNE), None)
