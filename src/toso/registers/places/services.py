"""Writes to units and boundaries: create units, decide reorganisations, load the seed.

All acts of a call stand or fall together: Problem reorganisation_invalid (see `rules`) or unit_unknown.
Every service takes an open `writer` instead of its own transaction; it must hold `system`, and for splits the
streams that `streams_of` names.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from typing import Any
from uuid import UUID

from toso.engine.journal import bulk
from toso.engine.journal.services import Writer, born, writing
from toso.engine.journal.types import SYSTEM, Author, Draft, cell_stream
from toso.kernel import hlc
from toso.kernel.clock import vn_day
from toso.kernel.ids import new_id, short

from . import rules, selectors
from .models import CellBelonging, Unit, UnitVersion
from .types import (
    EVER,
    FAR,
    Clause,
    Create,
    CreatedUnit,
    End,
    Level,
    Merge,
    NewUnit,
    Reorganisation,
    ReorganisationOutcome,
    Split,
    SplitCell,
    Transfer,
)  # fmt: skip

WARDS_2024 = date(2024, 9, 1)
MERGER_2025 = date(2025, 7, 1)
CAN_THO_COMMUNES = 103


def streams_of(acts: Sequence[Reorganisation]) -> list[str]:
    """Every stream that these decisions write to: `system`, the cells that they split, and their children."""
    names = {SYSTEM}
    for act in acts:
        for clause in act.clauses:
            if isinstance(clause, Split):
                for cut in rules.split_cells(clause):
                    names.update(cell_stream(cell) for cell in (cut.cell_id, *cut.children))
    return sorted(names)


@contextmanager
def _open(streams: Sequence[str], writer: Writer | None) -> Iterator[Writer]:
    if writer is not None:
        yield writer
        return
    with writing(streams) as own:
        yield own


def _draft(writer: Writer, kind: str, record_id: UUID, author: Author, data: dict[str, Any]) -> Draft:
    return Draft(
        kind=kind, record_id=record_id, op_id=new_id(), author=author, made_at=hlc.pack(writer.now),
        happened_on=vn_day(writer.now), data=data,
    )  # fmt: skip


def create_units(*, acts: Sequence[NewUnit], author: Author, writer: Writer | None = None) -> list[CreatedUnit]:
    """Enter units that exist; each hamlet with its first cell. Parents may be in the same call, in any order.

    A unit starts on its `starts`, or when None, with its parent. Outcomes in the order of the acts.
    """
    with _open([SYSTEM], writer) as open_writer:
        starts = _starts(acts)
        _check_codes(acts, starts)
        made = {}
        for act in sorted(acts, key=lambda act: act.level.rank):
            cell = (act.cell_id or new_id()) if act.level is Level.HAMLET else None
            day = starts[act.id]
            open_writer.append(
                SYSTEM, _draft(open_writer, "unit.created", act.id, author, rules.record(act, day, cell))
            )
            made[act.id] = CreatedUnit(act.id, cell, None if day == EVER else day)
        open_writer.flush()
        return [made[act.id] for act in acts]


def _starts(acts: Sequence[NewUnit]) -> dict[UUID, date]:
    """The first day of each new unit; parents checked."""
    new = {rules.checked(act).id: act for act in acts}
    if len(new) < len(acts):
        rules.invalid("unit_twice")
    wanted = {*new, *(act.parent_id for act in acts if act.parent_id)}
    known: dict[UUID, tuple[Level, date, date]] = {}
    for some in bulk.chunks(list(wanted)):
        for key, level, starts, ends in Unit.objects.filter(pk__in=some).values_list("id", "level", "starts", "ends"):
            known[key] = (Level(level), starts, ends)
    found: dict[UUID, date] = {}
    for act in sorted(acts, key=lambda act: act.level.rank):
        if act.id in known:
            rules.invalid("unit_twice", act.id)
        if act.parent_id is None:
            found[act.id] = act.starts or EVER
            continue
        if act.parent_id in found:
            above, first, last = new[act.parent_id].level, found[act.parent_id], FAR
        elif act.parent_id in known:
            above, first, last = known[act.parent_id]
        else:
            rules.invalid("parent", act.id)
        if not rules.fits(act.level, above):
            rules.invalid("level", act.id)
        found[act.id] = act.starts or first
        if last != FAR or found[act.id] < first:
            rules.invalid("parent", act.id)
    return found


def _check_codes(acts: Sequence[NewUnit], starts: dict[UUID, date]) -> None:
    given = [act.code for act in acts if act.code]
    if len(set(given)) < len(given):
        rules.invalid("code_taken")
    taken: dict[str, date] = {}
    for some in bulk.chunks(given):
        for code, ends in UnitVersion.objects.filter(code__in=some).values_list("code", "ends"):
            taken[code] = max(ends, taken.get(code, EVER))
    for act in acts:
        if act.code in taken and taken[act.code] > starts[act.id]:
            rules.invalid("code_taken", act.id)


def decide_reorganisation(
    *, acts: Sequence[Reorganisation], author: Author, writer: Writer | None = None
) -> list[ReorganisationOutcome]:
    """Check decisions and enter them, each upon the one before; they hold from their day on.

    Splitting a hamlet refines its cells for all dates: the cell's stream ends with `cell.split`, the children's
    streams continue its numbers and begin with `cell.born`.
    """
    with _open(streams_of(acts), writer) as open_writer:
        return [_decide(open_writer, act, author) for act in acts]


def _decide(writer: Writer, act: Reorganisation, author: Author) -> ReorganisationOutcome:
    planned = rules.plan(act, _state_for(act))
    writer.append(SYSTEM, _draft(writer, "reorganisation.applied", act.id, author, rules.entry_data(act, planned)))
    holders = {cell: hamlet for hamlet, cells in planned.cells.items() for cell in cells}
    for cut in planned.splits:
        _split_stream(writer, act, author, cut, holders)
    writer.flush()
    return ReorganisationOutcome(
        act.id, tuple(planned.ended), tuple(unit.id for unit, _ in planned.new), tuple(planned.splits)
    )


def _split_stream(
    writer: Writer, act: Reorganisation, author: Author, cut: SplitCell, holders: dict[UUID, UUID]
) -> None:
    parent = cell_stream(cut.cell_id)
    data = {
        "children": {short(child): [short(h) for h in households] for child, households in cut.children.items()},
        "remainder": short(cut.remainder),
        "on": act.on.isoformat(),
    }
    writer.append(parent, _draft(writer, "cell.split", cut.cell_id, author, data))
    seq = writer.head(parent)
    born(writer, parent=parent, children=[cell_stream(child) for child in cut.children])
    stays = next(
        clause.unit_id
        for clause in act.clauses
        if isinstance(clause, Split) and any(cut.cell_id in part.households for part in clause.parts)
    )
    for child in cut.children:
        hamlet = holders.get(child, stays)
        first = {"from": short(cut.cell_id), "seq": seq, "hamlet": short(hamlet)}
        writer.append(cell_stream(child), _draft(writer, "cell.born", child, author, first))


def _state_for(act: Reorganisation) -> rules.State:
    """What a decision concerns, in a handful of queries."""
    named = list(rules.named(act))
    lives: dict[UUID, tuple[Level, date, date]] = {}
    versions: dict[UUID, tuple[date, date]] = {}
    children: dict[UUID, list[rules.Below]] = {}
    cells: dict[UUID, list[rules.Below]] = {}
    for some in bulk.chunks(named):
        for key, level, starts, ends in Unit.objects.filter(pk__in=some).values_list("id", "level", "starts", "ends"):
            lives[key] = (Level(level), starts, ends)
        rows = UnitVersion.objects.filter(unit_id__in=some, ends__gt=act.on).order_by("starts")
        for key, starts, ends in rows.values_list("unit_id", "starts", "ends"):
            versions[key] = (starts, ends)
        below = UnitVersion.objects.filter(parent_id__in=some, ends__gt=act.on).order_by("sort_key", "unit_id")
        for parent, child, starts, ends in below.values_list("parent_id", "unit_id", "starts", "ends"):
            children.setdefault(parent, []).append(rules.Below(child, starts, ends))
        owned = CellBelonging.objects.filter(hamlet_id__in=some, ends__gt=act.on).order_by("cell_id", "starts")
        for hamlet, cell, starts, ends in owned.values_list("hamlet_id", "cell_id", "starts", "ends"):
            cells.setdefault(hamlet, []).append(rules.Below(cell, starts, ends))
    codes: dict[str, set[UUID]] = {}
    for code, unit in UnitVersion.objects.filter(code__in=rules.codes(act) - {""}, ends__gt=act.on).values_list(
        "code", "unit_id"
    ):
        codes.setdefault(code, set()).add(unit)
    return rules.State(
        units={key: rules.UnitState(*life, *versions.get(key, life[1:])) for key, life in lives.items()},
        children=children,
        cells=cells,
        codes={code: frozenset(bearers) for code, bearers in codes.items()},
    )


def seed_soc_trang(*, author: Author, writer: Writer | None = None) -> dict[str, UUID]:
    """Load province 94 with its 11 districts and 109 communes, and the merger of wards of 1 September 2024 that
    left 108. Answers the ids of the units of that day, by code. For an empty system."""
    acts = _read_units("units_2024.csv", {})
    ids = {act.code: act.id for act in acts}
    ward = next(act for act in acts if act.code == "31522")
    merged = NewUnit(
        level=Level.COMMUNE, kind="Phường", name_vi="1", code="31522", parent_id=ward.parent_id, lon=ward.lon, lat=ward.lat
    )  # fmt: skip
    decision = Reorganisation(
        decision="1106/NQ-UBTVQH15",
        on=WARDS_2024,
        title="Nhập Phường 1 và Phường 9, thành phố Sóc Trăng",
        clauses=(Merge(units=(ids["31513"], ids["31522"]), into=merged),),
    )
    with _open([SYSTEM], writer) as open_writer:
        create_units(acts=acts, author=author, writer=open_writer)
        decide_reorganisation(acts=[decision], author=author, writer=open_writer)
    del ids["31513"]
    return ids | {"31522": merged.id}


def seed_merger_2025(*, author: Author, writer: Writer | None = None) -> dict[str, UUID]:
    """Load the reorganisation of 1 July 2025: province and districts end, 108 communes become 43 of Cần Thơ.

    Answers the ids of the units from that day on, by code. Needs `seed_soc_trang`.
    """
    with _open([SYSTEM], writer) as open_writer:
        act, ids = merger_2025()
        decide_reorganisation(acts=[act], author=author, writer=open_writer)
        return ids


def merger_2025() -> tuple[Reorganisation, dict[str, UUID]]:
    """The decision of 1 July 2025 upon the units that exist the day before, and the ids of what it makes, by code."""
    before = selectors.tree(MERGER_2025 - selectors.DAY)
    root = before.by_code("94")
    if root is None:
        rules.invalid("unit_not_on_date")
    old = {before.units[i].code: before.units[i] for i in before.subtree(root) if before.units[i].code}
    new = {act.code: act for act in _read_units("units_2025.csv", {"92": CAN_THO_COMMUNES})}
    city = new["92"]
    origins: dict[str, list[dict[str, str]]] = {}
    for row in _read("merger_2025.csv"):
        origins.setdefault(row["new"], []).append(row)
    clauses: list[Clause] = [Create(unit=city, clause="NQ 202/2025/QH15")]
    ids = {"92": city.id}
    for code, rows in origins.items():
        clause = f"khoản {rows[0]['clause']} Điều 1"
        if len(rows) == 1:  # "Giữ nguyên": the same unit, now directly below the city
            ids[code] = old[code].id
            clauses.append(Transfer(unit_id=old[code].id, parent_id=city.id, clause=clause))
        else:
            ids[code] = new[code].id
            clauses.append(Merge(units=tuple(old[r["old"]].id for r in rows), into=new[code], clause=clause))
    above = (Level.DISTRICT, Level.PROVINCE)
    clauses.extend(End(unit_id=unit.id) for unit in old.values() if unit.level in above)
    act = Reorganisation(
        decision="1668/NQ-UBTVQH15",
        on=MERGER_2025,
        title="Sắp xếp các đơn vị hành chính cấp xã của thành phố Cần Thơ năm 2025",
        clauses=tuple(clauses),
    )
    return act, ids


def _read(name: str) -> list[dict[str, str]]:
    source = files("toso.registers.places").joinpath("seed", name)
    with source.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _read_units(name: str, coverage: dict[str, int]) -> list[NewUnit]:
    ids: dict[str, UUID] = {}
    acts = []
    for row in _read(name):  # parents come before children
        act = NewUnit(
            level=Level(row["level"]), kind=row["kind"], name_vi=row["name_vi"], name_km=row["name_km"],
            code=row["code"], parent_id=ids[row["parent"]] if row["parent"] else None,
            lon=float(row["lon"]) if row["lon"] else None, lat=float(row["lat"]) if row["lat"] else None,
            coverage_of=coverage.get(row["code"]),
        )  # fmt: skip
        ids[row["code"]] = act.id
        acts.append(act)
    return acts
