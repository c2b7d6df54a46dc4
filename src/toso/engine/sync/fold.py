"""The only writer of `Verdict`: entries `verdict.given` of user streams."""

from collections.abc import Sequence

from toso.engine.journal import bulk
from toso.engine.journal.registry import registry
from toso.engine.journal.types import Entry, stream_key

from .models import Verdict


def apply(entries: Sequence[Entry]) -> None:
    """Note each verdict."""
    rows = {
        (stream_key(e.stream), e.record_id): (
            stream_key(e.stream), e.record_id, e.data["verdict"], e.data["reason"], e.data["code"], e.appended_at,
        )
        for e in entries
    }  # fmt: skip
    bulk.upsert(
        Verdict, ("user_id", "op_id", "verdict", "reason", "code", "at"), list(rows.values()), ("user_id", "op_id")
    )


def register() -> None:
    """Register the fold."""
    registry.fold("sync", order=90, kinds=("verdict",), apply=apply, tables=(Verdict,))
