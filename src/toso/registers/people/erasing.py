"""Erasure: a person's entries become an anonymous residue, so that counts stay and the fold still holds."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from toso.engine.journal.selectors import entries_of
from toso.engine.journal.services import Writer, rewrite, writing
from toso.engine.journal.types import Entry, cell_stream
from toso.engine.sync.erasing import scrub_quarantine
from toso.engine.sync.services import drop_snapshots
from toso.engine.sync.types import Header
from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem

from . import selectors
from .registry import registry

PERSONAL: dict[str, Any] = {"name": "", "birth_year": None, "extra": {}, "note": ""}


def erase_residents(*, header: Header, residents: Sequence[UUID]) -> dict[UUID, UUID]:
    """Erase these residents everywhere: entries, tables, quarantine, cached snapshots; phones at their next pull.

    Answers the fresh id of each residue. Raises Problem resident_unknown when one of them was never here.
    """
    rows = selectors.resident_states(list(residents))
    cells: dict[UUID, set[UUID]] = {}
    for cell, resident in rows:
        cells.setdefault(resident, set()).add(cell)
    for resident in residents:
        if resident not in cells:
            raise Problem("resident_unknown", id=short(resident))
    residues = {resident: new_id() for resident in residents}
    streams = {cell_stream(cell) for own in cells.values() for cell in own}
    with writing(streams) as writer:
        for resident, fresh in residues.items():
            for cell in sorted(cells[resident]):
                _erase_in(writer, header, cell, resident, fresh)
        scrub_quarantine(list(residues))
    drop_snapshots(streams)
    return residues


def _erase_in(writer: Writer, header: Header, cell: UUID, resident: UUID, fresh: UUID) -> None:
    stream = cell_stream(cell)
    old_text, new_text = short(resident), short(fresh)
    concerned = [e for page in entries_of(stream) for e in page if _mentions(e, resident, old_text)]
    rewrite(stream, [_anonymous(e, resident, fresh, old_text, new_text) for e in concerned])
    touches: list[tuple[str, UUID]] = [("residents", resident), ("progress", resident)]
    touches += [touch for find in registry.visits_of for touch in find(cell, resident)]
    writer.append(
        stream, header.draft("resident.erased", resident, {"residue": new_text}, list(dict.fromkeys(touches)))
    )
    writer.flush()


def _mentions(entry: Entry, resident: UUID, text: str) -> bool:
    return entry.record_id == resident or any(r == resident for _, r in entry.touches) or _holds(entry.data, text)


def _holds(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return value == text
    if isinstance(value, Mapping):
        return text in value or any(_holds(item, text) for item in value.values())
    return isinstance(value, list) and any(_holds(item, text) for item in value)


def _anonymous(entry: Entry, resident: UUID, fresh: UUID, old_text: str, new_text: str) -> Entry:
    own = entry.record_id == resident
    data = _replaced(entry.data, old_text, new_text, own)
    if own:
        # What the person's own fields were, and lost against, is gone with the name.
        data = {key: value for key, value in data.items() if key not in ("lost", "conflicts", "settles")}
        if "set" in data:
            data["set"] = {key: value for key, value in data["set"].items() if key in PERSONAL}
    return Entry(
        entry.stream, entry.seq, entry.kind, fresh if own else entry.record_id, entry.op_id, entry.author_id,
        entry.device_id, entry.base_seq, entry.made_at, entry.happened_on, entry.uncertain, entry.appended_at,
        data, tuple((c, fresh if r == resident else r) for c, r in entry.touches),
    )  # fmt: skip


def _replaced(value: Any, old: str, new: str, own: bool) -> Any:
    if isinstance(value, str):
        return new if value == old else value
    if isinstance(value, list):
        return [_replaced(item, old, new, own) for item in value]
    if isinstance(value, Mapping):
        inside = own or value.get("id") == old
        return {
            (new if key == old else key): PERSONAL[key]
            if inside and key in PERSONAL
            else _replaced(item, old, new, inside)
            for key, item in value.items()
        }
    return value
