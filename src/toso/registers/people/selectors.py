"""Reads of households and residents."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q

from toso.engine.journal.bulk import chunks, select_by
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
    found: dict[tuple[UUID, UUID], rules.HouseholdState] = {}
    for part in chunks(ids):
        rows = Household.objects.filter(id__in=part)
        if cell_id is not None:
            rows = rows.filter(cell_id=cell_id)
        for row in rows.values_list(*HOUSEHOLD_COLUMNS):
            found[(row[0], row[1])] = rules.HouseholdState(*_decoded(row, _JSON_HOUSEHOLD))
    return found


def resident_states(
    ids: Sequence[UUID] = (), households: Sequence[UUID] = (), cell_id: UUID | None = None
) -> dict[tuple[UUID, UUID], rules.ResidentState]:
    """Rows of these residents, or of the residents of these households, by (cell, id)."""
    found: dict[tuple[UUID, UUID], rules.ResidentState] = {}
    for name, values in (("id__in", ids), ("household_id__in", households)):
        for part in chunks(values):
            rows = Resident.objects.filter(**{name: part})
            if cell_id is not None:
                rows = rows.filter(cell_id=cell_id)
            for row in rows.values_list(*RESIDENT_COLUMNS):
                found[(row[0], row[1])] = rules.ResidentState(*_decoded(row, _JSON_RESIDENT))
    return found


def _decoded(row: Sequence[Any], positions: Iterable[int]) -> list[Any]:
    values = list(row)
    for position in positions:
        values[position] = orjson.loads(values[position])
    return values


def places(ids: Sequence[UUID]) -> dict[UUID, Place]:
    """Where each household has lived and lives now. Households never seen are left out."""
    stays: dict[UUID, list[tuple[str, UUID]]] = {}
    now: dict[UUID, UUID] = {}
    for part in chunks(ids):
        for cell, household, state, text in Household.objects.filter(id__in=part).values_list(
            "cell_id", "id", "state", "stays"
        ):
            own = stays.setdefault(household, [])
            # A household closed as a mistake has no stay left, but its records still need a cell.
            own.extend((stay[0], cell) for stay in orjson.loads(text) or [["0001-01-01", None]])
            if state == "here":
                now[household] = cell
    return {key: Place(key, tuple(sorted(own)), now.get(key)) for key, own in stays.items()}


def household_cells(ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Every cell that each household has lived in."""
    found: dict[UUID, set[UUID]] = {}
    for part in chunks(ids):
        for household, cell in Household.objects.filter(id__in=part).values_list("id", "cell_id"):
            found.setdefault(household, set()).add(cell)
    return found


def resident_cells(ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Every cell that knows each resident."""
    found: dict[UUID, set[UUID]] = {}
    for part in chunks(ids):
        for resident, cell in Resident.objects.filter(id__in=part).values_list("id", "cell_id"):
            found.setdefault(resident, set()).add(cell)
    return found


def living_cells(hints: Iterable[UUID]) -> dict[UUID, UUID]:
    """The living cell that stands for each named one: itself, or after a split the remainder. Unknown: left out."""
    known = cells.cells_now(list(set(hints)))
    return {hint: now[-1] for hint, now in known.items() if now}


def cells_of_residents(ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
    """(cell, household) where each resident is now; where nobody is here any more, where he was last written."""
    found: dict[UUID, tuple[UUID, UUID]] = {}
    for part in chunks(ids):
        rows = Resident.objects.filter(id__in=part).values_list("id", "cell_id", "household_id", "state")
        for resident, cell, household, state in rows:
            if state == "here" or resident not in found:
                found[resident] = (cell, household)
    return found


def erased(ids: Sequence[UUID]) -> set[UUID]:
    """Those of these ids that belonged to erased residents."""
    return set(Erased.objects.filter(id__in=ids).values_list("id", flat=True))


def residents_in(cell_id: UUID, households: Sequence[UUID]) -> dict[UUID, UUID]:
    """Residents of these households in this cell, here or not: resident id → household id."""
    found: dict[UUID, UUID] = {}
    for part in chunks(households):
        found.update(Resident.objects.filter(cell_id=cell_id, household_id__in=part).values_list("id", "household_id"))
    return found


def conflicts_on(cell_ids: Iterable[UUID], record_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Open conflicts of these records, as rows."""
    return list(Conflict.objects.filter(cell_id__in=set(cell_ids), record_id__in=record_ids).values())


def conflicts(ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Open conflicts by id, as rows."""
    return {row["id"]: row for row in Conflict.objects.filter(id__in=ids).values()}


def households_of_cell(cell_id: UUID, ids: Sequence[UUID] | None = None) -> list[HouseholdView]:
    """Households of a cell, gone ones included: all, or those named."""
    rows = Household.objects.filter(cell_id=cell_id)
    if ids is not None:
        rows = rows.filter(id__in=ids)
    return [
        HouseholdView(*row[:7], orjson.loads(row[7]), orjson.loads(row[8]))
        for row in rows.values_list(
            "cell_id", "id", "label", "people", "cluster", "zalo_news", "state", "stays", "history"
        )
    ]


def resident_groups(cell_id: UUID, ids: Sequence[UUID] | None = None) -> list[ResidentView]:
    """Residents of a cell with the record that stands for each: all, or those in the same groups as `ids`."""
    rows = Resident.objects.filter(cell_id=cell_id)
    if ids is not None:
        roots = set(ids)
        roots |= set(rows.filter(id__in=ids, alias_of__isnull=False).values_list("alias_of", flat=True))
        rows = rows.filter(Q(id__in=roots) | Q(alias_of__in=roots))
    return [
        ResidentView(*row[:5], row[5] or row[1], row[6], orjson.loads(row[7]))
        for row in rows.values_list("cell_id", "id", "household_id", "name", "birth_year", "alias_of", "state", "stays")
    ]


def household_histories(keys: Sequence[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID, str, str]]:
    """Dated histories of these (cell, household): (cell, household, stays, history), the last two as JSON text."""
    names = ("cell_id", "id", "stays", "history")
    return [row for part in chunks(keys) for row in select_by(Household, names, ("cell_id", "id"), part)]  # type: ignore[misc]


def household_histories_of(cells: Sequence[UUID]) -> list[tuple[UUID, UUID, str, str]]:
    """Dated histories of all households of these cells, like `household_histories`."""
    return select_by(Household, ("cell_id", "id", "stays", "history"), ("cell_id",), [(cell,) for cell in cells])  # type: ignore[return-value]


def resident_histories(keys: Sequence[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID, UUID | None, str]]:
    """Dated histories of the groups to which these (cell, resident) belong: (cell, resident, alias of, stays as JSON).

    A group is a record and its aliases in the same cell; all its members are answered.
    """
    names = ("cell_id", "id", "alias_of", "stays")
    rows = [row for part in chunks(keys) for row in select_by(Resident, names, ("cell_id", "id"), part)]
    cells = list(dict.fromkeys(cell for cell, _ in keys))
    aliases = select_by(Resident, names, ("cell_id",), [(cell,) for cell in cells], 't."alias_of" IS NOT NULL')
    if aliases:
        found = {(row[0], row[1]): row for row in rows}
        roots = {(row[0], row[2] or row[1]) for row in rows} | set(keys)
        found.update({(row[0], row[1]): row for row in aliases if (row[0], row[2]) in roots})
        absent = [root for root in roots if root not in found]
        for part in chunks(absent):
            found.update({(row[0], row[1]): row for row in select_by(Resident, names, ("cell_id", "id"), part)})
        rows = list(found.values())
    return rows  # type: ignore[return-value]


def resident_histories_of(cells: Sequence[UUID], moved: bool = False) -> list[tuple[UUID, UUID, UUID | None, str]]:
    """Dated histories of all residents of these cells (with `moved`: of those with more than one stay)."""
    names = ("cell_id", "id", "alias_of", "stays")
    condition = "t.\"stays\" LIKE '[[%],[%'" if moved else ""
    return select_by(Resident, names, ("cell_id",), [(cell,) for cell in cells], condition)  # type: ignore[return-value]
