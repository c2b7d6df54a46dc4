"""Sync's own collection: the verdicts about a user's quarantined operations."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.kernel.ids import short

from .models import Verdict
from .registry import Collection, Row, registry


def _load(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    rows = Verdict.objects.filter(user_id=key)
    if ids is not None:
        rows = rows.filter(op_id__in=ids)
    return [[short(op_id), *rest] for op_id, *rest in rows.values_list("op_id", "verdict", "reason", "code", "at")]


def register() -> None:
    """Register the collection."""
    registry.collection(Collection("verdicts", "user", ("id", "verdict", "reason", "code", "at"), _load))
