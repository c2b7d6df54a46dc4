"""The only writer of terms: what `term.*` entries in the streams of units mean."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from toso.engine.journal import bulk
from toso.engine.journal.types import Entry, stream_key
from toso.kernel.ids import parse_id

from .models import Term

COLUMNS = (
    "id", "person_id", "role", "unit_id", "team_id", "starts", "ends", "end_recorded_at", "successor_of",
)  # fmt: skip


def apply(entries: Sequence[Entry]) -> None:
    """Begin terms, then end them: an end never precedes its beginning in a stream."""
    started: list[tuple[Any, ...]] = []
    ended: dict[Any, tuple[Any, ...]] = {}
    for entry in entries:
        data = entry.data
        if entry.kind == "term.started":
            ends = date.fromisoformat(data["ends"]) if data.get("ends") else None
            started.append(
                (
                    entry.record_id, parse_id(data["person"]), data["role"], stream_key(entry.stream),
                    parse_id(data["team"]) if data.get("team") else None, date.fromisoformat(data["starts"]), ends,
                    entry.appended_at if ends else None,
                    parse_id(data["successor_of"]) if data.get("successor_of") else None,
                )
            )  # fmt: skip
        elif entry.kind in ("term.ended", "term.passed_on"):
            ended[entry.record_id] = (entry.record_id, date.fromisoformat(data["on"]), entry.appended_at)
    bulk.insert(Term, COLUMNS, started)
    bulk.update_rows(Term, ("id",), ("ends", "end_recorded_at"), list(ended.values()))
