"""The only writer of households, residents, conflicts and erased ids: `apply`, live and when rebuilding."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from toso.engine.journal import bulk
from toso.engine.journal.registry import registry
from toso.engine.journal.types import Entry, key_of, stream_key
from toso.kernel.ids import parse_id

from . import rules, selectors
from .models import Conflict, Erased, Household, Resident

HOUSEHOLD_NAMES = (*selectors.HOUSEHOLD_COLUMNS, "folded")
RESIDENT_NAMES = (*selectors.RESIDENT_COLUMNS, "folded")
WITH_RESIDENTS = frozenset(("household.moved_out", "household.moved_in", "household.closed"))
CONFLICT_NAMES = (
    "cell_id", "id", "collection", "record_id", "field", "kept", "kept_by", "lost", "lost_by", "seq",
)  # fmt: skip


def apply(entries: Sequence[Entry]) -> None:
    """Write what these entries mean, in order within each cell."""
    splits = [entry for entry in entries if entry.kind == "cell.split"]
    erasures = [entry for entry in entries if entry.kind == "resident.erased"]
    plain = [entry for entry in entries if entry.kind.partition(".")[0] != "cell" and entry.kind != "resident.erased"]
    by_cell: dict[UUID, list[Entry]] = {}
    for entry in plain:
        key = stream_key(entry.stream)
        if key is not None:
            by_cell.setdefault(key, []).append(entry)
    _apply_plain(by_cell)
    for entry in erasures:
        _erase(entry)
    for entry in splits:
        _split(entry)


def _apply_plain(by_cell: dict[UUID, list[Entry]]) -> None:
    household_ids, resident_ids = _old_records(by_cell)
    households = selectors.household_states(household_ids)
    residents = selectors.resident_states(resident_ids, household_ids if _movers(by_cell) else ())
    touched_h: dict[tuple[UUID, UUID], None] = {}
    touched_r: dict[tuple[UUID, UUID], None] = {}
    conflicts: list[tuple[object, ...]] = []
    settled: list[tuple[UUID, UUID]] = []
    for cell, entries in by_cell.items():
        for entry in entries:
            key = (cell, entry.record_id)
            family = entry.kind.partition(".")[0]
            if family == "household":
                households[key] = rules.household_after(households.get(key), cell, entry)
                touched_h[key] = None
                for moved in _moved_residents(entry, cell, residents):
                    residents[(cell, moved.id)] = moved
                    touched_r[(cell, moved.id)] = None
            elif family == "resident":
                residents[key] = rules.resident_after(residents.get(key), cell, entry)
                touched_r[key] = None
            for found in entry.data.get("conflicts", ()):
                conflicts.append(_conflict_row(cell, entry, found))
            settled.extend((cell, parse_id(text)) for text in entry.data.get("settles", ()))
    _write_households([households[key] for key in touched_h])
    _write_residents([residents[key] for key in touched_r])
    bulk.upsert(Conflict, CONFLICT_NAMES, conflicts, ("cell_id", "id"))
    bulk.delete_rows(Conflict, ("cell_id", "id"), settled)


def _movers(by_cell: dict[UUID, list[Entry]]) -> bool:
    return any(e.kind in WITH_RESIDENTS for es in by_cell.values() for e in es)


def _old_records(by_cell: dict[UUID, list[Entry]]) -> tuple[list[UUID], list[UUID]]:
    households: dict[UUID, None] = {}
    residents: dict[UUID, None] = {}
    for entries in by_cell.values():
        for entry in entries:
            if entry.kind.startswith("household.") and entry.kind != "household.added":
                households[entry.record_id] = None
            elif entry.kind.startswith("resident.") and entry.kind != "resident.added":
                residents[entry.record_id] = None
            if entry.kind == "household.moved_in":
                residents.update(dict.fromkeys(parse_id(r["id"]) for r in entry.data["residents"]))
    return list(households), list(residents)


def _moved_residents(
    entry: Entry, cell: UUID, residents: dict[tuple[UUID, UUID], rules.ResidentState]
) -> Iterable[rules.ResidentState]:
    if entry.kind == "household.moved_in":
        for full in entry.data["residents"]:
            old = residents.get((cell, parse_id(full["id"])))
            yield rules.resident_moved_in(old, cell, entry, entry.record_id, full)
    elif entry.kind in ("household.moved_out", "household.closed"):
        for (own_cell, _), state in list(residents.items()):
            if own_cell == cell and state.household_id == entry.record_id:
                yield rules.resident_gone(state, entry)


def _conflict_row(cell: UUID, entry: Entry, found: dict[str, object]) -> tuple[object, ...]:
    return (
        cell, parse_id(str(found["id"])), found["collection"], entry.record_id, found["field"],
        bulk.json_text(found["kept"]), _id(found["kept_by"]),
        bulk.json_text(found["lost"]), _id(found["lost_by"]), entry.seq,
    )  # fmt: skip


def _id(text: object) -> UUID | None:
    return parse_id(str(text)) if text else None


def _write_households(states: Sequence[rules.HouseholdState]) -> None:
    rows = [
        (
            s.cell_id, s.id, s.label, s.people, s.cluster, s.zalo_news, s.lang_screen, s.lang_listen, s.lang_read,
            s.state, bulk.json_text(s.extra), bulk.json_text(s.clocks),
            bulk.json_text(s.history), bulk.json_text(s.stays), rules.folded_label(s.label),
        )
        for s in states
    ]  # fmt: skip
    bulk.upsert(Household, HOUSEHOLD_NAMES, rows, ("cell_id", "id"))


def _write_residents(states: Sequence[rules.ResidentState]) -> None:
    rows = [
        (
            s.cell_id, s.id, s.household_id, s.name, s.birth_year, s.alias_of, s.state,
            bulk.json_text(s.extra), bulk.json_text(s.clocks), bulk.json_text(s.stays),
            rules.folded_label(s.name),
        )
        for s in states
    ]  # fmt: skip
    bulk.upsert(Resident, RESIDENT_NAMES, rows, ("cell_id", "id"))


def _erase(entry: Entry) -> None:
    cell = key_of(entry.stream)
    old, residue = entry.record_id, parse_id(entry.data["residue"])
    Resident.objects.filter(cell_id=cell, id=old).update(
        id=residue, name="", folded="", birth_year=None, extra="{}", state="residue", clocks="{}"
    )
    Resident.objects.filter(cell_id=cell, id=residue).update(
        name="", folded="", birth_year=None, extra="{}", state="residue", clocks="{}"
    )
    Resident.objects.filter(cell_id=cell, alias_of=old).update(alias_of=residue)
    Conflict.objects.filter(cell_id=cell, record_id__in=(old, residue)).delete()
    bulk.upsert(Erased, ("cell_id", "id"), [(cell, old)], ("cell_id", "id"))


def _split(entry: Entry) -> None:
    cell = key_of(entry.stream)
    remainder = parse_id(entry.data["remainder"])
    for child, members in entry.data["children"].items():
        ids = [parse_id(text) for text in members]
        for part in bulk.chunks(ids):
            Household.objects.filter(cell_id=cell, id__in=part).update(cell_id=parse_id(child))
            people = list(Resident.objects.filter(cell_id=cell, household_id__in=part).values_list("id", flat=True))
            Resident.objects.filter(cell_id=cell, household_id__in=part).update(cell_id=parse_id(child))
            for own in bulk.chunks(people + list(part)):
                Conflict.objects.filter(Q(cell_id=cell) & Q(record_id__in=own)).update(cell_id=parse_id(child))
    for model in (Household, Resident, Conflict, Erased):
        model._default_manager.filter(cell_id=cell).update(cell_id=remainder)


def register() -> None:
    """Register the fold."""
    registry.fold(
        "people",
        order=30,
        kinds=("household", "resident", "cell"),
        apply=apply,
        tables=(Household, Resident, Conflict, Erased),
    )
