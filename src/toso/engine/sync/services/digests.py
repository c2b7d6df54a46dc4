"""The state digest of a stream, brought forward lazily by whoever pulls first.

Sums are kept by bucket: '' for rows that never leave a phone's window, 'YYYY-MM' for windowed ones. The digest for a
phone is the sum of '' and of the months from its `since` on. All of it is a cache that may be dropped.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction

from toso.engine.journal import bulk
from toso.engine.journal import selectors as journal
from toso.engine.journal.types import StreamState
from toso.kernel import digest
from toso.kernel.ids import parse_id

from ..models import DigestState, RowHash
from ..registry import Collection, Row

Loaded = Mapping[str, tuple[Collection, list[Row]]]
Loader = Callable[[Mapping[str, Sequence[UUID]] | None, date], Loaded]
EVER = date(1, 1, 1)
FAR_BEHIND = 4000


def bucket_of(collection: Collection, row: Row) -> str:
    """The bucket in which a row counts."""
    return "" if collection.day_field is None else str(row[collection.day_field])[:7]


def forget(name: str) -> None:
    """Throw the stored sums of a stream away: they are made anew from all rows."""
    DigestState.objects.filter(stream_name=name).delete()


def of_rows(loaded: Iterable[tuple[Collection, list[Row]]]) -> str:
    """Digest of these rows, all of which count."""
    total = 0
    for collection, rows in loaded:
        for row in rows:
            total = digest.add(total, digest.row_hash(collection.name, row))
    return digest.encode(total)


def window_digest(sums: Mapping[str, int], first: date) -> str:
    """The digest that a phone with this window must have."""
    month, total = f"{first:%Y-%m}", 0
    for bucket, value in sums.items():
        if bucket == "" or bucket >= month:
            total = digest.add(total, value)
    return digest.encode(total)


@dataclass(slots=True)
class Progress:
    """Sums at a stream's head, and what must be stored to keep them."""

    name: str
    state: StreamState
    digest: str
    was_seq: int | None
    sums: dict[str, int]
    changed: dict[tuple[str, UUID], tuple[str, int] | None]

    def store(self) -> None:
        """Keep the sums for the next pull; a concurrent pull that was faster wins."""
        if self.was_seq == self.state.head and not self.changed:
            return
        values = {
            "epoch": self.state.epoch, "seq": self.state.head,
            "sums": orjson.dumps({k: f"{v:016x}" for k, v in self.sums.items()}).decode(),
        }  # fmt: skip
        try:
            with transaction.atomic():
                if self.was_seq is None:
                    DigestState.objects.filter(stream_name=self.name).delete()
                    DigestState.objects.create(stream_name=self.name, **values)
                    RowHash.objects.filter(stream_name=self.name).delete()
                elif not DigestState.objects.filter(
                    stream_name=self.name, epoch=self.state.epoch, seq=self.was_seq
                ).update(**values):
                    return
                gone = [(self.name, c, r) for (c, r), new in self.changed.items() if new is None]
                bulk.delete_rows(RowHash, ("stream_name", "collection", "record_id"), gone)
                bulk.upsert(
                    RowHash,
                    ("stream_name", "collection", "record_id", "bucket", "hash"),
                    [
                        (self.name, c, r, new[0], new[1].to_bytes(8, "big"))
                        for (c, r), new in self.changed.items()
                        if new is not None
                    ],
                    ("stream_name", "collection", "record_id"),
                )
        except IntegrityError:
            return


def stored_at_head(state: StreamState, first: date) -> str | None:
    """The digest for a phone with this window, when the stored sums are of the stream's head; else None."""
    for epoch, seq, texts in bulk.fetch(DigestState, ("epoch", "seq", "sums"), "stream_name", [state.name]):
        if epoch == state.epoch and seq == state.head:
            return window_digest({bucket: int(text, 16) for bucket, text in orjson.loads(texts).items()}, first)
    return None


def catch_up(name: str, state: StreamState, load: Loader, first: date) -> Progress:
    """The digest at the stream's head, from the stored sums and the rows touched since."""
    stored = bulk.fetch(DigestState, ("epoch", "seq", "sums"), "stream_name", [name])
    if not stored or stored[0][0] != state.epoch or not 0 <= state.head - stored[0][1] <= FAR_BEHIND:
        return _from_all(name, state, load, first)
    _, kept_seq, texts = stored[0]
    sums = {bucket: int(text, 16) for bucket, text in orjson.loads(texts).items()}
    if kept_seq == state.head:
        return Progress(name, state, window_digest(sums, first), kept_seq, sums, {})
    _, touched = journal.touches_after(name, kept_seq, FAR_BEHIND)
    by_collection: dict[str, list[UUID]] = {}
    for collection, record in touched:
        by_collection.setdefault(collection, []).append(record)
    old = _stored_hashes(name, by_collection)
    new = _hashes(load(by_collection, EVER))
    changed: dict[tuple[str, UUID], tuple[str, int] | None] = {}
    for key in touched:
        if key in old:
            bucket, value = old[key]
            sums[bucket] = digest.sub(sums.get(bucket, 0), value)
        if key in new:
            bucket, value = new[key]
            sums[bucket] = digest.add(sums.get(bucket, 0), value)
        if key in old or key in new:
            changed[key] = new.get(key)
    return Progress(name, state, window_digest(sums, first), kept_seq, sums, changed)


def _from_all(name: str, state: StreamState, load: Loader, first: date) -> Progress:
    new = _hashes(load(None, EVER))
    sums: dict[str, int] = {}
    for bucket, value in new.values():
        sums[bucket] = digest.add(sums.get(bucket, 0), value)
    return Progress(name, state, window_digest(sums, first), None, sums, dict(new))


def _hashes(loaded: Loaded) -> dict[tuple[str, UUID], tuple[str, int]]:
    return {
        (collection.name, parse_id(row[0])): (bucket_of(collection, row), digest.row_hash(collection.name, row))
        for collection, rows in loaded.values()
        for row in rows
    }


def _stored_hashes(name: str, by_collection: Mapping[str, Sequence[UUID]]) -> dict[tuple[str, UUID], tuple[str, int]]:
    found: dict[tuple[str, UUID], tuple[str, int]] = {}
    for collection, ids in by_collection.items():
        rows = RowHash.objects.filter(stream_name=name, collection=collection, record_id__in=ids)
        for record, bucket, value in rows.values_list("record_id", "bucket", "hash"):
            found[(collection, record)] = (bucket, int.from_bytes(bytes(value), "big"))
    return found
