"""Reads of visits, histories and opening figures."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from toso.engine.journal import bulk
from toso.engine.journal.bulk import chunks

from .models import Assist, Call, Carried, DaySheet, OpeningFigure, Progress, Visit
from .types import AssistView, VisitView


def visit_rows(visit_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Where these visits are recorded, by id: cell_id, household_id, state."""
    names = ("id", "cell_id", "household_id", "state")
    return {row[0]: dict(zip(names, row, strict=True)) for row in bulk.fetch(Visit, names, "id", visit_ids)}


_ASSIST_VIEW = ("resident_id", "service_id", "stage", "on", "op_id", "n", "carried")


def assists_of(cell_id: UUID, residents: Sequence[UUID] | None) -> list[AssistView]:
    """Live assists of these residents (or of everybody named) that make stages in this cell."""
    if residents is None:
        named = Assist.objects.filter(cell_id=cell_id, live=True, resident_id__isnull=False)
        return [AssistView(*row) for row in named.values_list(*_ASSIST_VIEW)]
    rows = bulk.fetch(Assist, _ASSIST_VIEW, "resident_id", residents, '"cell_id" = %s AND "live"', cell_id)
    # In order of their number, so that of two assists in one visit always the same one is the latest.
    return [AssistView(*row) for row in sorted(rows, key=lambda row: row[5])]


def own_assists_of(residents: Sequence[UUID]) -> list[tuple[UUID, UUID, list[Any]]]:
    """Live assists of these residents where they happened: (cell, resident, [day, service, stage, visit, n, op])."""
    rows = bulk.fetch(
        Assist,
        ("cell_id", "resident_id", "on", "service_id", "stage", "visit_id", "n", "op_id"),
        "resident_id",
        residents,
        '"live" AND NOT "carried" ORDER BY "on", "op_id", "n"',
    )
    return [(row[0], row[1], list(row[2:])) for row in rows]


def visits_of(cell_id: UUID, households: Sequence[UUID] | None) -> list[VisitView]:
    """Visits of these households (or all of the cell) that stand."""
    names = ("id", "household_id", "on", "outcome")
    if households is None:
        return [VisitView(*row) for row in Visit.objects.filter(cell_id=cell_id, state="ok").values_list(*names)]
    rows = bulk.fetch(Visit, names, "household_id", households, '"cell_id" = %s AND "state" = %s', cell_id, "ok")
    return [VisitView(*row) for row in rows]


def visits_with(cell_id: UUID, resident_id: UUID) -> list[tuple[str, UUID]]:
    """Wire rows of the visits in which a resident was helped: (collection, id)."""
    ids = Assist.objects.filter(cell_id=cell_id, resident_id=resident_id, carried=False).values_list(
        "visit_id", flat=True
    )
    return [("visits", visit) for visit in ids.distinct()]


def residents_helped(cell_id: UUID, visit_id: UUID) -> list[UUID]:
    """Named residents of a visit's assists."""
    rows = Assist.objects.filter(cell_id=cell_id, visit_id=visit_id, carried=False, resident_id__isnull=False)
    return [key for key in rows.values_list("resident_id", flat=True).distinct() if key is not None]


def last_call_elsewhere(household_id: UUID, cell_id: UUID) -> list[Any] | None:
    """[last_on, last_outcome, follow_up_on, visits] over the visits that stand in all other cells."""
    rows = list(
        Visit.objects.filter(household_id=household_id, state="ok")
        .exclude(cell_id=cell_id)
        .order_by("on", "op_id")
        .values_list("on", "outcome", "follow_up_on")
    )
    if not rows:
        return None
    on, outcome, follow_up = rows[-1]
    return [on.isoformat(), outcome, follow_up.isoformat() if follow_up else None, len(rows)]


def assists_by_line(cell_id: UUID, lines: Iterable[tuple[date, UUID]]) -> dict[tuple[date, UUID], int]:
    """How many assists are recorded for each (day, service) of a cell."""
    wanted = set(lines)
    counts: dict[tuple[date, UUID], int] = {}
    if not wanted:
        return counts
    rows = Assist.objects.filter(
        cell_id=cell_id, live=True, carried=False,
        on__in={on for on, _ in wanted}, service_id__in={service for _, service in wanted},
    )  # fmt: skip
    for key in rows.values_list("on", "service_id"):
        if key in wanted:
            counts[key] = counts.get(key, 0) + 1
    return counts


def day_sheets(cell_id: UUID, lines: Iterable[tuple[date, UUID]] | None = None) -> dict[tuple[date, UUID], int]:
    """Day-sheet counts of a cell by (day, service)."""
    rows = DaySheet.objects.filter(cell_id=cell_id)
    if lines is not None:
        rows = rows.filter(on__in={on for on, _ in lines})
    return {(on, service): count for on, service, count in rows.values_list("on", "service_id", "count")}


def opening_figures(unit_id: UUID) -> list[tuple[str, int, date]]:
    """Opening figures of a unit that stand: (indicator, value, from day on)."""
    return list(
        OpeningFigure.objects.filter(unit_id=unit_id, state="ok").order_by("on").values_list("indicator", "value", "on")
    )


def opening_figure_rows(unit_ids: Sequence[UUID], indicator: str, on: date) -> list[dict[str, Any]]:
    """Declared figures with their papers, for showing apart from what is recorded."""
    rows = OpeningFigure.objects.filter(unit_id__in=unit_ids, indicator=indicator, on__lte=on, state="ok")
    return [dict(row) for row in rows.values()]


def distinct_households_visited(cell_ids: Sequence[UUID], first: date, last: date) -> dict[UUID, int]:
    """How many different households of each cell were called at in a period."""
    from django.db.models import Count

    found: dict[UUID, int] = {}
    for part in chunks(cell_ids):
        rows = (
            Visit.objects.filter(cell_id__in=part, state="ok", on__gte=first, on__lte=last)
            .values("cell_id")
            .annotate(number=Count("household_id", distinct=True))
        )
        found.update((row["cell_id"], row["number"]) for row in rows)
    return found


RawKeys = Sequence[tuple[bytes, bytes]]
Row = tuple[Any, ...]
_STAGES = ("cell_id", "resident_id", "service_id", "stage", "on", "op_id", "n")
_CALLS = ("cell_id", "id", "household_id", "on", "outcome")
_HELP = ("cell_id", "visit_id", "on", "service_id")
_LINES = ("cell_id", "on", "service_id", "count")
_STANDS = "t.\"state\" = 'ok'"
_GIVEN = 't."live" AND NOT t."carried"'


def assist_histories(keys: RawKeys) -> list[Row]:
    """Live assists that make stages for these (cell, resident), raw: (cell, resident, service, stage, on, op id, n)."""
    key = ("cell_id", "resident_id")
    return [row for part in bulk.chunks(keys) for row in bulk.select_raw(Assist, _STAGES, key, part, 't."live"')]


def assist_histories_of(cells: Sequence[bytes]) -> list[Row]:
    """Live assists of all named residents of these cells, like `assist_histories`."""
    where = 't."live" AND t."resident_id" IS NOT NULL'
    return bulk.select_raw(Assist, _STAGES, ("cell_id",), [(cell,) for cell in cells], where)


def stages_known(keys: RawKeys) -> list[Row]:
    """Stages of these (cell, resident) where there are any, raw: (cell, resident, {service: [stage, day]} as JSON)."""
    names = ("cell_id", "id", "stages")
    return [row for part in bulk.chunks(keys) for row in bulk.select_raw(Progress, names, ("cell_id", "id"), part)]


def last_calls(keys: RawKeys) -> list[Row]:
    """The last call at each of these (cell, household) that was called at and is here, raw: (cell, household, day)."""
    names = ("cell_id", "id", "last_on")
    return [row for part in bulk.chunks(keys) for row in bulk.select_raw(Call, names, ("cell_id", "id"), part)]


def calls_at(keys: RawKeys) -> list[Row]:
    """All calls at these (cell, household) that stand, raw: (cell, household, day, visit); those that came along from
    elsewhere as one without a visit."""
    key, came = ("cell_id", "household_id"), ("cell_id", "id")
    rows: list[Row] = []
    for part in bulk.chunks(keys):
        rows += bulk.select_raw(Visit, (*key, "on", "id"), key, part, _STANDS)
        carried = bulk.select_raw(Carried, (*came, "call"), came, part)
        rows += [(c, h, date.fromisoformat(orjson.loads(call)[0]).toordinal(), None) for c, h, call in carried]
    return rows


def first_calls_of(cells: Sequence[bytes]) -> dict[tuple[bytes, bytes], int]:
    """The first day on which each household of these cells was called at, or is known to have been when it came; raw:
    by (cell, household)."""
    keys = [(cell,) for cell in cells]
    rows = bulk.select_raw(Visit, ("cell_id", "household_id"), ("cell_id",), keys, _STANDS, least="on")
    rows += bulk.select_raw(Carried, ("cell_id", "id", "call"), ("cell_id",), keys)
    return _firsts(rows)


def _firsts(rows: Iterable[Row]) -> dict[tuple[bytes, bytes], int]:
    found: dict[tuple[bytes, bytes], int] = {}
    for cell, household, value in rows:
        on = value if isinstance(value, int) else date.fromisoformat(orjson.loads(value)[0]).toordinal()
        known = found.get((cell, household))
        if known is None or on < known:
            found[(cell, household)] = on
    return found


def visits_by_key(keys: RawKeys) -> list[Row]:
    """Those of these (cell, visit) that stand, raw: (cell, visit, household, on, outcome)."""
    key = ("cell_id", "id")
    return [row for part in bulk.chunks(keys) for row in bulk.select_raw(Visit, _CALLS, key, part, _STANDS)]


def visits_by_cell(cells: Sequence[bytes]) -> list[Row]:
    """All visits of these cells that stand, like `visits_by_key`."""
    return bulk.select_raw(Visit, _CALLS, ("cell_id",), [(cell,) for cell in cells], _STANDS)


def help_given(keys: RawKeys) -> list[Row]:
    """Live assists where they happened, of these (cell, visit), raw: (cell, visit, on, service)."""
    key = ("cell_id", "visit_id")
    return [row for part in bulk.chunks(keys) for row in bulk.select_raw(Assist, _HELP, key, part, _GIVEN)]


def help_given_in(cells: Sequence[bytes]) -> list[Row]:
    """Live assists where they happened, of all visits of these cells, like `help_given`."""
    return bulk.select_raw(Assist, _HELP, ("cell_id",), [(cell,) for cell in cells], _GIVEN)


def lines_of(keys: Sequence[tuple[bytes, int]]) -> list[Row]:
    """Day-sheet lines of these (cell, day), raw: (cell, day, service, count)."""
    return [row for part in bulk.chunks(keys) for row in bulk.select_raw(DaySheet, _LINES, ("cell_id", "on"), part)]


def lines_in(cells: Sequence[bytes]) -> list[Row]:
    """All day-sheet lines of these cells, like `lines_of`."""
    return bulk.select_raw(DaySheet, _LINES, ("cell_id",), [(cell,) for cell in cells])


def recorded_on_lines(keys: Sequence[tuple[bytes, int, bytes]]) -> list[Row]:
    """One (cell, day, service) for each live assist recorded on one of these lines; raw."""
    names = ("cell_id", "on", "service_id")
    return [row for part in bulk.chunks(keys) for row in bulk.select_raw(Assist, names, names, part, _GIVEN)]


def figures_declared(unit_ids: Sequence[UUID]) -> list[tuple[UUID, str, int, date]]:
    """Opening figures of these units that stand: (unit, indicator, value, from day on), in order of day and id."""
    return [
        row
        for part in bulk.chunks(unit_ids)
        for row in OpeningFigure.objects.filter(unit_id__in=part, state="ok")
        .order_by("on", "id")
        .values_list("unit_id", "indicator", "value", "on")
    ]
