"""Searches of the access log."""

from uuid import UUID

from .models import Read
from .types import ReadView


def reads(
    *, user_id: UUID | None = None, subject: str = "", since: int = 0, until: int | None = None, limit: int = 200
) -> list[ReadView]:
    """Reads by user, subject and time (ms), newest first."""
    rows = Read.objects.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    if subject:
        rows = rows.filter(subject=subject)
    found = rows.order_by("-at", "-id").values_list("at", "user_id", "subject", "page", "address")[:limit]
    return [ReadView(*row) for row in found]
