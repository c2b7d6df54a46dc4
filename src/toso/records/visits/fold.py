"""The only writer of visits and what follows from them: `apply`, live and when rebuilding."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from toso.engine.journal import bulk
from toso.engine.journal.registry import registry
from toso.engine.journal.types import Entry, key_of, stream_key
from toso.kernel.ids import parse_id, short
from toso.registers.people import selectors as people

from . import rules, selectors
from .models import Assist, Call, Carried, DaySheet, OpeningFigure, Progress, Visit

VISIT_NAMES = (
    "cell_id", "id", "household_id", "on", "outcome", "done_by", "author_id", "follow_up_on", "note", "state", "extra",
    "op_id",
)  # fmt: skip
ASSIST_NAMES = (
    "cell_id", "visit_id", "n", "household_id", "resident_id", "service_id", "stage", "result", "on", "carried",
    "live", "op_id",
)  # fmt: skip
SHEET_NAMES = ("cell_id", "id", "on", "service_id", "count", "author_id")
FIGURE_NAMES = ("unit_id", "id", "indicator", "value", "on", "source", "declared_by", "state")
CALL_NAMES = ("cell_id", "id", "last_on", "last_outcome", "follow_up_on", "visits", "last_op")
PROGRESS_NAMES = ("cell_id", "id", "stages", "ops")
Touched = dict[UUID, dict[UUID, None]]
Calls = dict[UUID, dict[UUID, list[tuple[date, UUID, str, date | None]]]]
Helped = dict[UUID, dict[UUID, list[tuple[str, str, str, UUID]]]]


def apply(entries: Sequence[Entry]) -> None:
    """Write what these entries mean; then bring calls and stages of everybody touched up to date."""
    visits: list[tuple[Any, ...]] = []
    assists: list[tuple[Any, ...]] = []
    households: Touched = {}
    residents: Touched = {}
    calls: Calls = {}
    helped: Helped = {}
    sheets: dict[tuple[UUID, UUID], tuple[Any, ...]] = {}
    for entry in entries:
        cell = stream_key(entry.stream)
        if cell is None:
            continue
        if entry.kind == "visit.recorded":
            visits.append(_visit_row(cell, entry))
            assists.extend(_assist_rows(cell, entry))
            _add(cell, entry, calls, helped)
            continue
        if entry.kind in ("visit.corrected", "visit.voided"):
            _insert(visits, assists)
            visits, assists = [], []
            _change(cell, entry)
        elif entry.kind == "progress.carried":
            _insert(visits, assists)
            visits, assists = [], []
            _carry(cell, entry)
        elif entry.kind == "resident.erased":
            _insert(visits, assists)
            visits, assists = [], []
            Assist.objects.filter(cell_id=cell, resident_id=entry.record_id).update(
                resident_id=parse_id(entry.data["residue"])
            )
        elif entry.kind == "day_sheet.set":
            sheets[(cell, entry.record_id)] = (
                cell, entry.record_id, entry.happened_on, parse_id(entry.data["service"]), entry.data["count"],
                entry.author_id,
            )  # fmt: skip
        elif entry.kind == "opening_figure.declared":
            _declare(cell, entry)
        _touch(cell, entry, households, residents)
    _insert(visits, assists)
    bulk.upsert(DaySheet, SHEET_NAMES, list(sheets.values()), ("cell_id", "id"))
    # New visits only add: they move on from what stands. Everything else is worked out again from the records.
    for cell, new in helped.items():
        again = _advance_progress(cell, new, residents.get(cell, {}))
        residents.setdefault(cell, {}).update(dict.fromkeys(again))
    for cell, ids in residents.items():
        _bring_progress(cell, list(ids))
    for cell, made in calls.items():
        _advance_calls(cell, made, households.get(cell, {}))
    for cell, ids in households.items():
        _bring_calls(cell, list(ids))
    for entry in entries:
        if entry.kind == "cell.split":
            _split(entry)


def _touch(cell: UUID, entry: Entry, households: Touched, residents: Touched) -> None:
    for collection, record in entry.touches:
        if collection == "progress":
            residents.setdefault(cell, {})[record] = None
        elif collection == "calls":
            households.setdefault(cell, {})[record] = None


def _add(cell: UUID, entry: Entry, calls: Calls, helped: Helped) -> None:
    data, day = entry.data, entry.happened_on
    follow_up = data.get("follow_up_on")
    calls.setdefault(cell, {}).setdefault(parse_id(data["household"]), []).append(
        (day, entry.op_id, data["outcome"], date.fromisoformat(follow_up) if follow_up else None)
    )
    of_cell, text = helped.setdefault(cell, {}), day.isoformat()
    for resident, service, stage, _ in data.get("assists", ()):
        if resident:
            of_cell.setdefault(parse_id(resident), []).append((service, stage, text, entry.op_id))


def _visit_row(cell: UUID, entry: Entry) -> tuple[Any, ...]:
    data = entry.data
    return (
        cell, entry.record_id, parse_id(data["household"]), entry.happened_on, data["outcome"],
        parse_id(data["done_by"]) if data.get("done_by") else None, entry.author_id,
        date.fromisoformat(data["follow_up_on"]) if data.get("follow_up_on") else None, data.get("note", ""), "ok",
        bulk.json_text(data.get("extra", {})), entry.op_id,
    )  # fmt: skip


def _assist_rows(cell: UUID, entry: Entry) -> list[tuple[Any, ...]]:
    household = parse_id(entry.data["household"])
    return [
        (
            cell, entry.record_id, n, household, parse_id(resident) if resident else None, parse_id(service), stage,
            result or "", entry.happened_on, False, True, entry.op_id,
        )
        for n, (resident, service, stage, result) in enumerate(entry.data.get("assists", ()))
    ]  # fmt: skip


def _insert(visits: Sequence[tuple[Any, ...]], assists: Sequence[tuple[Any, ...]]) -> None:
    bulk.insert(Visit, VISIT_NAMES, visits)
    bulk.insert(Assist, ASSIST_NAMES, assists)


def _change(cell: UUID, entry: Entry) -> None:
    visit = Visit.objects.filter(cell_id=cell, id=entry.record_id)
    assists = Assist.objects.filter(cell_id=cell, visit_id=entry.record_id, carried=False)
    if entry.kind == "visit.voided":
        visit.update(state="void")
        assists.update(live=False)
        return
    values = dict(entry.data["set"])
    given = values.pop("assists", None)
    household = parse_id(entry.data["household"])
    if "done_by" in values:
        values["done_by"] = parse_id(values["done_by"]) if values["done_by"] else None
    visit.update(**values, op_id=entry.op_id)
    on = visit.values_list("on", flat=True).get()
    if given is not None:
        assists.delete()
        rows = [
            (
                cell, entry.record_id, n, household, parse_id(resident) if resident else None, parse_id(service),
                stage, result or "", on, False, True, entry.op_id,
            )
            for n, (resident, service, stage, result) in enumerate(given)
        ]  # fmt: skip
        bulk.insert(Assist, ASSIST_NAMES, rows)
    elif "on" in values:
        assists.update(on=on)


def _carry(cell: UUID, entry: Entry) -> None:
    ids = [parse_id(text) for text in entry.data["residents"]]
    Assist.objects.filter(cell_id=cell, resident_id__in=ids, carried=True).delete()
    rows = [
        (
            cell, parse_id(visit), n, entry.record_id, parse_id(resident), parse_id(service), stage, "",
            date.fromisoformat(day), True, True, parse_id(op_id),
        )
        for resident, own in entry.data["residents"].items()
        for day, service, stage, visit, n, op_id in own
    ]  # fmt: skip
    bulk.insert(Assist, ASSIST_NAMES, rows)
    if entry.data["call"]:
        row = (cell, entry.record_id, bulk.json_text(entry.data["call"]))
        bulk.upsert(Carried, ("cell_id", "id", "call"), [row], ("cell_id", "id"))
    else:
        bulk.delete_rows(Carried, ("cell_id", "id"), [(cell, entry.record_id)])


def _declare(unit: UUID, entry: Entry) -> None:
    data = entry.data
    state = data.get("state", "ok")
    row = (
        unit, entry.record_id, data["indicator"], data["value"], entry.happened_on, data["source"], entry.author_id,
        state,
    )  # fmt: skip
    bulk.upsert(OpeningFigure, FIGURE_NAMES, [row], ("unit_id", "id"))


def _advance_progress(
    cell: UUID, new: dict[UUID, list[tuple[str, str, str, UUID]]], again: dict[UUID, None]
) -> list[UUID]:
    """Add new assists to the stages that stand; answers the residents whose stages must be worked out again."""
    ids = [key for key in new if key not in again]
    known = people.states_in(cell, ids)
    roots = people.aliased(cell, ids)
    plain = [key for key in ids if key not in roots and known.get(key) == ("here", None)]
    standing: dict[UUID, rules.Standing] = {}
    for key, stages, ops in bulk.fetch(Progress, ("id", "stages", "ops"), "id", plain, '"cell_id" = %s', cell):
        operations = orjson.loads(ops)
        standing[key] = {s: (v[0], v[1], parse_id(operations[s])) for s, v in orjson.loads(stages).items()}
    _write_progress(cell, [(key, rules.advance(standing.get(key, {}), new[key])) for key in plain])
    return [key for key in ids if key in roots or (key in known and known[key] != ("here", None))]


def _write_progress(cell: UUID, standing: Sequence[tuple[UUID, rules.Standing]]) -> None:
    rows = [
        (
            cell,
            key,
            bulk.json_text({service: [stage, on] for service, (stage, on, _) in own.items()}),
            bulk.json_text({service: short(op_id) for service, (_, _, op_id) in own.items()}),
        )
        for key, own in standing
    ]
    bulk.upsert(Progress, PROGRESS_NAMES, rows, ("cell_id", "id"))


def _bring_progress(cell: UUID, ids: Sequence[UUID]) -> None:
    groups = people.resident_groups(cell, ids)
    root_of = {view.id: view.root for view in groups}
    here = {view.id for view in groups if view.state == "here" and view.root == view.id}
    by_root: dict[UUID, rules.Standing] = {}
    for a in selectors.assists_of(cell, list(root_of)):
        if a.resident_id is not None:
            own = by_root.setdefault(root_of[a.resident_id], {})
            rules.advance(own, [(short(a.service_id), a.stage, a.on.isoformat(), a.visit_id)])
    rows = [(root, own) for root, own in by_root.items() if root in here]
    _write_progress(cell, rows)
    kept = {root for root, _ in rows}
    # The record that stands for another one may change: everybody of the group without own stages loses his row.
    gone = (set(ids) | set(root_of)) - kept
    bulk.delete_rows(Progress, ("cell_id", "id"), [(cell, key) for key in gone])


def _advance_calls(
    cell: UUID, made: dict[UUID, list[tuple[date, UUID, str, date | None]]], again: dict[UUID, None]
) -> None:
    ids = [key for key in made if key not in again]
    here = people.households_here(cell, ids)
    standing = {row[1]: row for row in bulk.fetch(Call, CALL_NAMES, "id", ids, '"cell_id" = %s', cell)}
    rows: list[tuple[Any, ...]] = []
    for key in ids:
        if key not in here:
            continue
        _, _, on, outcome, follow_up, count, op_id = standing.get(key, (None,) * 5 + (0, None))
        for day, op, what, back in made[key]:
            # What came along from another cell counts as before the visits of its day here.
            if on is None or day > on or (day == on and (op_id is None or op > op_id)):
                on, op_id, outcome, follow_up = day, op, what, back
        rows.append((cell, key, on, outcome, follow_up, count + len(made[key]), op_id))
    bulk.upsert(Call, CALL_NAMES, rows, ("cell_id", "id"))


def _bring_calls(cell: UUID, ids: Sequence[UUID]) -> None:
    here = people.households_here(cell, ids)
    carried = {
        key: orjson.loads(text) for key, text in bulk.fetch(Carried, ("id", "call"), "id", ids, '"cell_id" = %s', cell)
    }
    last: dict[UUID, tuple[Any, ...]] = {}
    count: dict[UUID, int] = {}
    for household, on, op_id, outcome, follow_up in bulk.fetch(
        Visit,
        ("household_id", "on", "op_id", "outcome", "follow_up_on"),
        "household_id",
        ids,
        '"cell_id" = %s AND "state" = %s',
        cell,
        "ok",
    ):
        count[household] = count.get(household, 0) + 1
        if household not in last or (on, op_id) > last[household][:2]:
            last[household] = (on, op_id, outcome, follow_up)
    rows: list[tuple[Any, ...]] = []
    for key in here:
        came = carried.get(key)
        own = last.get(key)
        if came and (own is None or date.fromisoformat(came[0]) > own[0]):
            follow = date.fromisoformat(came[2]) if came[2] else None
            own = (date.fromisoformat(came[0]), None, came[1], follow)
        if own is not None:
            number = count.get(key, 0) + (came[3] if came else 0)
            rows.append((cell, key, own[0], own[2], own[3], number, own[1]))
    bulk.upsert(Call, CALL_NAMES, rows, ("cell_id", "id"))
    kept = {row[1] for row in rows}
    bulk.delete_rows(Call, ("cell_id", "id"), [(cell, key) for key in ids if key not in kept])


def _split(entry: Entry) -> None:
    cell, remainder = key_of(entry.stream), parse_id(entry.data["remainder"])
    children = {parse_id(child): [parse_id(t) for t in members] for child, members in entry.data["children"].items()}
    for child, members in children.items():
        for part in bulk.chunks(members):
            Visit.objects.filter(cell_id=cell, household_id__in=part).update(cell_id=child)
            Assist.objects.filter(cell_id=cell, household_id__in=part).update(cell_id=child)
            Carried.objects.filter(cell_id=cell, id__in=part).update(cell_id=child)
    for model in (Visit, Assist, Carried, DaySheet):
        model._default_manager.filter(cell_id=cell).update(cell_id=remainder)
    # What follows from the records is worked out again where they are now.
    Call.objects.filter(cell_id=cell).delete()
    Progress.objects.filter(cell_id=cell).delete()
    for child in {*children, remainder}:
        _bring_calls(child, [view.id for view in people.households_of_cell(child)])
        _bring_progress(child, [view.id for view in people.resident_groups(child)])


def register() -> None:
    """Register the fold."""
    registry.fold(
        "visits",
        order=50,
        kinds=("visit", "progress", "day_sheet", "opening_figure", "resident", "household", "cell"),
        apply=apply,
        tables=(Visit, Assist, Call, Carried, Progress, DaySheet, OpeningFigure),
    )
