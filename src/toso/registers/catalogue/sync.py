"""Services on phones: the `common` stream."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.engine.sync.registry import Collection, Row, registry
from toso.kernel.ids import short

from . import selectors
from .models import Service

FIELDS = ("id", "code", "group", "icon", "names", "stages", "starts", "ends", "successor", "rank")


def load(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of services."""
    rows = Service.objects.order_by("rank", "code")
    views = [selectors.view_of(row) for row in (rows if ids is None else rows.filter(id__in=ids))]
    return [
        [
            short(v.id), v.code, v.group, v.icon, dict(v.names),
            [{"code": s.code, "names": dict(s.names), "counts": list(s.counts)} for s in v.stages],
            v.starts.isoformat() if v.starts else None, v.ends.isoformat() if v.ends else None,
            short(v.successor_id) if v.successor_id else None, v.rank,
        ]
        for v in views
    ]  # fmt: skip


def register() -> None:
    """Register the collection."""
    registry.collection(Collection("services", "common", FIELDS, load))
