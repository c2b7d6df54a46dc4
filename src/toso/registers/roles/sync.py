"""The authority that sync asks: who may pull a stream, and who settles quarantine for it."""

from uuid import UUID

from toso.engine.journal.types import cell_stream, stream_key
from toso.engine.sync.registry import registry
from toso.kernel.clock import today
from toso.kernel.problems import Problem

from .access import standings
from .types import Standing


def _standing(user_id: UUID) -> Standing:
    return standings([user_id])[user_id]


class RolesAuthority:
    """Terms decide: a cell is read by those who serve it now, a unit's stream by those who may see its figures."""

    def check_pull(self, user_id: UUID, stream: str) -> None:
        """See `sync.registry.Authority`."""
        key = stream_key(stream)
        if key is None:
            raise Problem("stream_not_yours")
        standing, day = _standing(user_id), today()
        if stream.startswith("cell:") and standing.may_see_names(key, day):
            return
        if stream.startswith("unit:") and standing.may_see_figures(key, day):
            return
        raise Problem("stream_not_yours")

    def leads(self, user_id: UUID, stream: str) -> bool:
        """See `sync.registry.Authority`."""
        key = stream_key(stream)
        return key is not None and stream.startswith("cell:") and _standing(user_id).leads(key, today())

    def led_streams(self, user_id: UUID) -> set[str]:
        """See `sync.registry.Authority`."""
        standing, day = _standing(user_id), today()
        return {cell_stream(cell) for cell in standing.served_cells(day) if standing.leads(cell, day)}


def register() -> None:
    """Register the authority."""
    registry.authority = RolesAuthority()
