"""Writes of the access log."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from toso.kernel.clock import now_ms

from .models import Read

KEPT_MS: Final = 366 * 86_400_000


def note_reads(*, user_id: UUID, subjects: Sequence[str], page: str, address: str) -> None:
    """Note that a user read these subjects on a page."""
    now = now_ms()
    Read.objects.bulk_create(
        [Read(at=now, user_id=user_id, subject=subject, page=page, address=address[:45]) for subject in subjects],
        batch_size=500,
    )


def prune(*, now: int) -> int:
    """Remove what is older than twelve months; answers how many rows went."""
    return Read.objects.filter(at__lt=now - KEPT_MS).delete()[0]
