"""The only writer of services: entries `service.put` of `common`."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from toso.engine.journal import bulk
from toso.engine.journal.registry import registry
from toso.engine.journal.types import Entry

from .models import Service

NAMES = ("id", "code", "group", "icon", "names", "stages", "starts", "ends", "successor_id", "rank")


def _row(entry: Entry) -> tuple[Any, ...]:
    data = entry.data
    return (
        entry.record_id, data["code"], data["group"], data["icon"], bulk.json_text(data["names"]),
        bulk.json_text(data["stages"]), date.fromisoformat(data["starts"]) if data["starts"] else None,
        date.fromisoformat(data["ends"]) if data["ends"] else None,
        UUID(data["successor"]) if data["successor"] else None, data["rank"],
    )  # fmt: skip


def apply(entries: Sequence[Entry]) -> None:
    """Put each service as its latest entry says."""
    rows = {entry.record_id: _row(entry) for entry in entries}
    bulk.upsert(Service, NAMES, list(rows.values()), ("id",))


def register() -> None:
    """Register the fold."""
    registry.fold("catalogue", order=10, kinds=("service",), apply=apply, tables=(Service,))
