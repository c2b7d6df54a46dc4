"""Reads of households and residents."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Model

from toso.engine.journal import bulk
from toso.registers.places import selectors as cells

from . import rules
from .models import Conflict, Erased, Household, Resident
from .types import HouseholdView, Place, ResidentView

HOUSEHOLD_COLUMNS = tuple(f.name for f in fields(rules.HouseholdState))
RESIDENT_COLUMNS = tuple(f.name for f in fields(rules.ResidentState))
_JSON_HOUSEHOLD = tuple(HOUSEHOLD_COLUMNS.index(name) for name in ("extra", "clocks", "history", "stays"))
_JSON_RESIDENT = tuple(RESIDENT_COLUMNS.index(name) for name in ("extra", "clocks", "stays"))


def household_states(ids: Sequence[UUID], cell_id: UUID | None = None) -> dict[tuple[UUID, UUID], rules.HouseholdState]:
    """Rows of these households by (cell, id), in all cells or one."""
    rows = _fetch(Household, HOUSEHOLD_COLUMNS, "id", ids, cell_id)
    return {(row[0], row[1]): rules.HouseholdState(*_decoded(row, _JSON_HOUSEHOLD)) for row in rows}


def resident_states(
    ids: Sequence[UUID] = (), households: Sequence[UUID] = (), cell_id: UUID | None = None
) -> dict[tuple[UUID, UUID], rules.ResidentState]:
    """Rows of these residents, or of the residents of these households, by (cell, id)."""
    rows = _fetch(Resident, RESIDENT_COLUMNS, "id", ids, cell_id)
    rows += _fetch(Resident, RESIDENT_COLUMNS, "household_id", households, cell_id)
    return {(row[0], row[1]): rules.ResidentState(*_decoded(row, _JSON_RESIDENT)) for row in rows}


def _fetch(
    model: type[Model], names: Sequence[str], key: str, values: Sequence[UUID], cell_id: UUID | None
) -> list[tuple[Any, ...]]:
    if cell_id is None:
        return bulk.fetch(model, names, key, values)
    return bulk.fetch(model, names, key, values, '"cell_id" = %s', cell_id)


def _decoded(row: Sequence[Any], positions: Iterable[int]) -> list[Any]:
    values = list(row)
    for position in positions:
        values[position] = orjson.loads(values[position])
    return values


RawKeys = Sequence[tuple[bytes, bytes]]


def household_histories(keys: RawKeys) -> list[tuple[Any, ...]]:
    """Dated histories of these (cell, household), raw: (cell, household, stays, history), the last two as JSON text."""
    names = ("cell_id", "id", "stays", "history")
    return [row for part in bulk.chunks(keys) for row in bulk.select_raw(Household, names, ("cell_id", "id"), part)]


def household_histories_of(cell_ids: Sequence[bytes]) -> list[tuple[Any, ...]]:
    """Dated histories of all households of these cells, like `household_histories`."""
    return bulk.select_raw(Household, ("cell_id", "id", "stays", "history"), ("cell_id",), [(c,) for c in cell_ids])


def resident_histories(keys: RawKeys) -> list[tuple[Any, ...]]:
    """Dated histories of the groups to which these (cell, resident) belong, raw: (cell, resident, alias of, stays).

    A group is a record and its aliases in the same cell; all its members are answered. Stays are JSON text.
    """
    names = ("cell_id", "id", "alias_of", "stays")
    rows = [row for part in bulk.chunks(keys) for row in bulk.select_raw(Resident, names, ("cell_id", "id"), part)]
    found = {(row[0], row[1]): row for row in rows}
    roots = {(row[0], row[2] or row[1]) for row in rows} | set(keys)
    others = list(roots - set(keys))
    for part in bulk.chunks(others):
        found.update({(r[0], r[1]): r for r in bulk.select_raw(Resident, names, ("cell_id", "id"), part)})
    for part in bulk.chunks(list(roots)):
        found.update({(r[0], r[1]): r for r in bulk.select_raw(Resident, names, ("cell_id", "alias_of"), part)})
    return list(found.values())


def resident_histories_of(cell_ids: Sequence[bytes], moved: bool = False) -> list[tuple[Any, ...]]:
    """Dated histories of all residents of these cells (with `moved`: of those with more than one stay), raw."""
    names = ("cell_id", "id", "alias_of", "stays")
    condition = "t.\"stays\" LIKE '[[%%],[%%'" if moved else ""
    return bulk.select_raw(Resident, names, ("cell_id",), [(cell,) for cell in cell_ids], condition)


def places(ids: Sequence[UUID]) -> dict[UUID, Place]:
    """Where each household has lived and lives now. Households never seen are left out."""
    stays: dict[UUID, list[tuple[str, UUID]]] = {}
    now: dict[UUID, UUID] = {}
    for cell, household, state, text in bulk.fetch(Household, ("cell_id", "id", "state", "stays"), "id", ids):
        own = stays.setdefault(household, [])
        # A household closed as a mistake has no stay left, but its records still need a cell.
        own.extend((stay[0], cell) for stay in orjson.loads(text) or [["0001-01-01", None]])
        if state == "here":
            now[household] = cell
    return {key: Place(key, tuple(sorted(own)), now.get(key)) for key, own in stays.items()}


def household_cells(ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Every cell that each household has lived in."""
    return _by_id(bulk.fetch(Household, ("id", "cell_id"), "id", ids))


def resident_cells(ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Every cell that knows each resident."""
    return _by_id(bulk.fetch(Resident, ("id", "cell_id"), "id", ids))


def _by_id(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for key, cell in rows:
        found.setdefault(key, set()).add(cell)
    return found


def living_cells(hints: Iterable[UUID]) -> dict[UUID, UUID]:
    """The living cell that stands for each named one: itself, or after a split the remainder. Unknown: left out."""
    known = cells.cells_now(list(set(hints)))
    return {hint: now[-1] for hint, now in known.items() if now}


def cells_of_residents(ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
    """(cell, household) where each resident is now; where nobody is here any more, where he was last written."""
    found: dict[UUID, tuple[UUID, UUID]] = {}
    for key, cell, household, state in bulk.fetch(Resident, ("id", "cell_id", "household_id", "state"), "id", ids):
        if state == "here" or key not in found:
            found[key] = (cell, household)
    return found


def erased(ids: Sequence[UUID]) -> set[UUID]:
    """Those of these ids that belonged to erased residents."""
    return {row[0] for row in bulk.fetch(Erased, ("id",), "id", ids)}


def residents_in(cell_id: UUID, households: Sequence[UUID]) -> dict[UUID, UUID]:
    """Residents of these households in this cell, here or not: resident id → household id."""
    return dict(_fetch(Resident, ("id", "household_id"), "household_id", households, cell_id))


def conflicts_on(record_ids: Sequence[UUID]) -> list[tuple[UUID, str, UUID]]:
    """Open conflicts of these records: (record, field, conflict)."""
    return [
        (row[0], row[1], row[2]) for row in bulk.fetch(Conflict, ("record_id", "field", "id"), "record_id", record_ids)
    ]


def conflicts(ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Open conflicts by id, as rows."""
    return {row["id"]: dict(row) for row in Conflict.objects.filter(id__in=ids).values()}


_HOUSEHOLD_VIEW = ("cell_id", "id", "label", "people", "cluster", "zalo_news", "state", "stays", "history")
_RESIDENT_VIEW = ("cell_id", "id", "household_id", "name", "birth_year", "alias_of", "state", "stays")


def households_of_cell(cell_id: UUID, ids: Sequence[UUID] | None = None) -> list[HouseholdView]:
    """Households of a cell, gone ones included: all, or those named."""
    if ids is None:
        rows = list[tuple[Any, ...]](Household.objects.filter(cell_id=cell_id).values_list(*_HOUSEHOLD_VIEW))
    else:
        rows = _fetch(Household, _HOUSEHOLD_VIEW, "id", ids, cell_id)
    return [HouseholdView(*_decoded(row, (7, 8))) for row in rows]


def resident_groups(cell_id: UUID, ids: Sequence[UUID] | None = None) -> list[ResidentView]:
    """Residents of a cell with the record that stands for each: all, or those in the same groups as `ids`."""
    if ids is None:
        rows = list[tuple[Any, ...]](Resident.objects.filter(cell_id=cell_id).values_list(*_RESIDENT_VIEW))
    else:
        found = {row[1]: row for row in _fetch(Resident, _RESIDENT_VIEW, "id", ids, cell_id)}
        roots = [row[5] or row[1] for row in found.values()]
        found |= {row[1]: row for row in _fetch(Resident, _RESIDENT_VIEW, "alias_of", roots, cell_id)}
        found |= {
            row[1]: row
            for row in _fetch(Resident, _RESIDENT_VIEW, "id", [root for root in roots if root not in found], cell_id)
        }
        rows = list(found.values())
    return [ResidentView(*_decoded((*row[:5], row[5] or row[1], *row[6:]), (7,))) for row in rows]


def states_in(cell_id: UUID, ids: Sequence[UUID]) -> dict[UUID, tuple[str, UUID | None]]:
    """(state, alias of) of these residents in a cell: what is needed to bring their stages up to date."""
    return {row[0]: (row[1], row[2]) for row in _fetch(Resident, ("id", "state", "alias_of"), "id", ids, cell_id)}


def households_here(cell_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these households that live in the cell now."""
    rows = bulk.fetch(Household, ("id",), "id", ids, '"cell_id" = %s AND "state" = %s', cell_id, "here")
    return {row[0] for row in rows}


def aliased(cell_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these records that stand for another one."""
    return {row[0] for row in _fetch(Resident, ("alias_of",), "alias_of", ids, cell_id)}
