"""Reads of the catalogue."""

from uuid import UUID

import orjson

from .models import Service
from .types import ServiceView, Stage

_cache: dict[tuple[str, int], dict[UUID, ServiceView]] = {}


def services() -> dict[UUID, ServiceView]:
    """All services by id, in order of rank; kept in process until the `common` stream moves."""
    from toso.engine.journal import selectors as journal

    state = journal.stream("common")
    key = (str(state.epoch), state.head) if state else ("", 0)
    known = _cache.get(key)
    if known is None:
        _cache.clear()
        known = _cache[key] = {row.id: view_of(row) for row in Service.objects.order_by("rank", "code")}
    return known


def service_by_code(code: str) -> ServiceView | None:
    """The service with a code."""
    return next((known for known in services().values() if known.code == code), None)


def view_of(row: Service) -> ServiceView:
    """A row as a value."""
    stages = tuple(Stage(s["code"], s["names"], tuple(s["counts"])) for s in orjson.loads(row.stages))
    return ServiceView(
        row.id, row.code, row.group, row.icon, orjson.loads(row.names), stages, row.starts, row.ends,
        row.successor_id, row.rank, frozenset(stage.code for stage in stages),
    )  # fmt: skip
