"""The only writer of units and cells: what the entries of the `system` stream mean.

`cell.split` and `cell.born` in the streams of cells change nothing here: the decision's own entry names the
children, so that folding `system` alone, from entry 1, gives these tables.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from toso.engine.journal import bulk
from toso.engine.journal.types import SYSTEM, Entry
from toso.kernel.ids import parse_id
from toso.kernel.text import fold as folded
from toso.kernel.text import sort_key

from .models import Cell, CellBelonging, Heir, Position, Reorganisation, Unit, UnitVersion
from .types import EVER, FAR

VERSION_COLUMNS = (
    "unit", "starts", "ends", "code", "kind", "name_vi", "name_km", "name_folded", "sort_key", "parent",
    "population_note", "lon", "lat", "coverage_of",
)  # fmt: skip
_FIELDS = VERSION_COLUMNS[3:]
_READ = ("unit_id", "code", "kind", "name_vi", "name_km", "parent_id", "population_note", "lon", "lat", "coverage_of")
_BELONGING = ("cell", "hamlet", "starts", "ends")
_CELL = ("id", "parent", "remainder", "ended")

Row = tuple[Any, ...]


def apply(entries: Sequence[Entry]) -> None:
    """Write what the entries mean, in order; consecutive creations in one go."""
    created: list[tuple[UUID, dict[str, Any]]] = []
    own = [entry for entry in entries if entry.stream == SYSTEM]
    for entry in own:
        if entry.kind == "unit.created":
            created.append((entry.record_id, entry.data))
        elif entry.kind == "reorganisation.applied":
            _create(created, EVER)
            created = []
            _reorganise(entry)
    _create(created, EVER)
    if own:
        last = own[-1]
        bulk.upsert(
            Position, ("id", "seq", "op_id", "appended_at"), [(1, last.seq, last.op_id, last.appended_at)], key=("id",)
        )


def _create(units: Sequence[tuple[UUID, dict[str, Any]]], default: date) -> None:
    lives: list[Row] = []
    versions: list[Row] = []
    cells: list[Row] = []
    belongings: list[Row] = []
    for unit, data in units:
        starts = date.fromisoformat(data["starts"]) if data.get("starts") else default
        lives.append((unit, data["level"], starts, FAR))
        parent = parse_id(data["parent"]) if data.get("parent") else None
        versions.append((unit, starts, FAR, *_described(data, parent)))
        if data.get("cell"):
            cell = parse_id(data["cell"])
            cells.append((cell, None, False, False))
            belongings.append((cell, unit, starts, FAR))
    bulk.insert(Unit, ("id", "level", "starts", "ends"), lives)
    bulk.insert(UnitVersion, VERSION_COLUMNS, versions)
    bulk.insert(Cell, _CELL, cells)
    bulk.insert(CellBelonging, _BELONGING, belongings)


def _described(data: dict[str, Any], parent: UUID | None) -> Row:
    kind, name, khmer = data["kind"], data["vi"], data.get("km", "")
    full = folded(f"{kind} {name}")
    return (
        data.get("code", ""), kind, name, khmer, f"{full}\n{folded(khmer)}" if khmer else full,
        sort_key(f"{name} {kind}"), parent, data.get("note", ""), data.get("lon"), data.get("lat"),
        data.get("coverage"),
    )  # fmt: skip


def _reorganise(entry: Entry) -> None:
    data = entry.data
    on = date.fromisoformat(data["on"])
    bulk.insert(
        Reorganisation,
        ("id", "decision", "title", "effective_on", "clauses"),
        [
            (
                entry.record_id,
                data["decision"],
                data["title"],
                on,
                orjson.dumps(data["clauses"], option=orjson.OPT_SORT_KEYS).decode(),
            )
        ],
    )
    _create([(parse_id(unit["id"]), unit) for unit in data["new"]], on)
    changes: dict[UUID, dict[str, Any]] = {parse_id(unit): dict(change) for unit, change in data["renamed"]}
    for parent, units in data["moved"]:
        for unit in units:
            changes.setdefault(parse_id(unit), {})["parent"] = parent
    _change(changes, on)
    _end([parse_id(unit) for unit in data["ended"]], on)
    _refine(data["splits"])
    _hand_over([(parse_id(cell), parse_id(hamlet)) for hamlet, cells in data["cells"] for cell in cells], on)
    bulk.insert(Heir, ("unit", "heir"), [(parse_id(unit), parse_id(heir)) for unit, heir in data["heirs"]])


def _change(changes: dict[UUID, dict[str, Any]], on: date) -> None:
    """Close the last version of each unit and begin one with the changed members; overwrite one that began `on`."""
    rows: list[Row] = []
    closed: list[Row] = []
    for unit, starts, *values in _last_versions(changes):
        code, kind, vi, km, parent, note, lon, lat, coverage = values
        old = {
            "code": code, "kind": kind, "vi": vi, "km": km, "note": note, "lon": lon, "lat": lat,
            "coverage": coverage,
        }  # fmt: skip
        change = changes[unit]
        if "parent" in change:
            parent = parse_id(change["parent"]) if change["parent"] else None
        rows.append((unit, on, FAR, *_described(old | change, parent)))
        if starts < on:
            closed.append((unit, starts, on))
    bulk.update_rows(UnitVersion, ("unit", "starts"), ("ends",), closed)
    bulk.upsert(UnitVersion, VERSION_COLUMNS, rows, key=("unit", "starts"), change=("ends", *_FIELDS))


def _last_versions(units: Iterable[UUID]) -> Iterable[Row]:
    for some in bulk.chunks(list(units)):
        yield from UnitVersion.objects.filter(unit_id__in=some, ends=FAR).values_list("unit_id", "starts", *_READ[1:])


def _end(units: Sequence[UUID], on: date) -> None:
    bulk.update_rows(Unit, ("id",), ("ends",), [(unit, on) for unit in units])
    last = [(unit, starts) for unit, starts, *_ in _last_versions(units)]
    bulk.update_rows(UnitVersion, ("unit", "starts"), ("ends",), [(u, starts, on) for u, starts in last if starts < on])
    bulk.delete_rows(UnitVersion, ("unit", "starts"), [(u, starts) for u, starts in last if starts >= on])


def _refine(splits: Sequence[tuple[str, str, list[str]]]) -> None:
    """Let children take over what their parent belonged to, on all dates."""
    families = {parse_id(cell): [parse_id(child) for child in children] for cell, _, children in splits}
    rest = {parse_id(remainder) for _, remainder, _ in splits}
    if not families:
        return
    bulk.insert(
        Cell, _CELL, [(child, cell, child in rest, False) for cell, children in families.items() for child in children]
    )
    known = list(
        CellBelonging.objects.filter(cell_id__in=list(families)).values_list("cell_id", "hamlet_id", "starts", "ends")
    )
    bulk.insert(
        CellBelonging,
        _BELONGING,
        [(child, hamlet, starts, ends) for cell, hamlet, starts, ends in known for child in families[cell]],
    )
    bulk.delete_rows(CellBelonging, ("cell", "starts"), [(cell, starts) for cell, _, starts, _ in known])
    bulk.update_rows(Cell, ("id",), ("ended",), [(cell, True) for cell in families])


def _hand_over(cells: Sequence[tuple[UUID, UUID]], on: date) -> None:
    closed: list[Row] = []
    for some in bulk.chunks([cell for cell, _ in cells]):
        rows = CellBelonging.objects.filter(cell_id__in=some, ends=FAR, starts__lt=on).values_list("cell_id", "starts")
        closed.extend((cell, starts, on) for cell, starts in rows)
    bulk.update_rows(CellBelonging, ("cell", "starts"), ("ends",), closed)
    bulk.upsert(CellBelonging, _BELONGING, [(cell, hamlet, on, FAR) for cell, hamlet in cells], key=("cell", "starts"))
