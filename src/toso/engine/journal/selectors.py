"""Reads of streams, entries and receipts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import UUID

import orjson
from django.db import connection, transaction

from toso.kernel.ids import parse_id

from . import bulk
from .models import Entry as EntryRow
from .models import Receipt as ReceiptRow
from .models import Stream
from .types import Entry, Receipt, StreamState

PAGE = 5000


def state_of(row: Stream) -> StreamState:
    """A stream's row as a value; `born_from` must be joined."""
    parent = row.born_from.name if row.born_from else None
    return StreamState(row.pk, row.name, row.epoch, row.head, row.durable_seq, parent, row.born_seq, row.ended_seq)


def _reads_already() -> bool:
    connection.ensure_connection()
    return not bulk.is_postgres() and bool(connection.connection.in_transaction)


@contextmanager
def reading() -> Iterator[None]:
    """One consistent view of the database for several reads, without blocking writers."""
    if connection.in_atomic_block or _reads_already():
        yield
        return
    if bulk.is_postgres():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("COMMIT")


def stream(name: str) -> StreamState | None:
    """One stream, or None when nothing was ever appended to it."""
    # Asked at every pull, so without the ORM.
    columns = ("id", "name", "epoch", "head", "durable_seq", "born_from", "born_seq", "ended_seq")
    found = bulk.fetch(Stream, columns, "name", [name])
    if not found:
        return None
    row = found[0]
    parent = bulk.fetch(Stream, ("name",), "id", [row[5]])[0][0] if row[5] else None
    pk, _, epoch, head, durable, _, born, ended = row
    return StreamState(pk, name, epoch, head, durable, parent, born, ended)


def streams(names: Sequence[str] | None = None) -> list[StreamState]:
    """The named streams, or all."""
    rows = Stream.objects.select_related("born_from").order_by("id")
    return [state_of(row) for row in (rows if names is None else rows.filter(name__in=names))]


def children_of(name: str) -> list[str]:
    """Names of the streams born from this one by a split."""
    return list(Stream.objects.filter(born_from__name=name).order_by("id").values_list("name", flat=True))


def streams_in_birth_order() -> list[str]:
    """All streams for folding from zero: system, common, units, then cells with parents before children."""
    states = streams()
    rank = {"system": 0, "common": 1, "unit": 2, "user": 3, "cell": 4}
    return [s.name for s in sorted(states, key=lambda s: (rank[s.name.partition(":")[0]], s.id))]


def touches_after(name: str, after: int, limit: int) -> tuple[int, list[tuple[str, UUID]]]:
    """Wire rows touched by the entries after `after`, at most `limit` entries: (last entry's number, distinct touches)."""
    rows = list(
        EntryRow.objects.filter(stream__name=name, seq__gt=after).order_by("seq").values_list("seq", "touches")[:limit]
    )
    touched: dict[tuple[str, str], None] = {}
    for _, text in rows:
        for collection, record in orjson.loads(text):
            touched[(collection, record)] = None
    return (rows[-1][0] if rows else after), [(collection, parse_id(record)) for collection, record in touched]


def erased_after(name: str, after: int) -> bool:
    """Whether an erasure stands in a stream after this entry."""
    return EntryRow.objects.filter(stream__name=name, seq__gt=after, kind__endswith=".erased").exists()


def entries_of(name: str, after: int = 0, page: int = PAGE) -> Iterator[list[Entry]]:
    """All entries of a stream in order, in pages."""
    while True:
        rows = list(
            EntryRow.objects.filter(stream__name=name, seq__gt=after).order_by("seq").values_list(
                "seq", "kind", "record_id", "op_id", "author_id", "device_id", "base_seq", "made_at", "happened_on",
                "uncertain", "appended_at", "data", "touches",
            )[:page]
        )  # fmt: skip
        if not rows:
            return
        yield [
            Entry(
                name, *row[:11], orjson.loads(row[11]),
                tuple((c, parse_id(r)) for c, r in orjson.loads(row[12])),
            )
            for row in rows
        ]  # fmt: skip
        after = rows[-1][0]


def appended_at(positions: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """When the entries at (stream, seq) were appended, in ms; unknown positions are left out."""
    found: dict[tuple[str, int], int] = {}
    by_stream: dict[str, set[int]] = {}
    for name, seq in positions:
        by_stream.setdefault(name, set()).add(seq)
    for name, seqs in by_stream.items():
        rows = EntryRow.objects.filter(stream__name=name, seq__in=seqs).values_list("seq", "appended_at")
        found.update({(name, seq): at for seq, at in rows})
    return found


def receipts(op_ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """Receipts of these operations, by operation id."""
    rows = bulk.fetch(
        ReceiptRow, ("op_id", "digest", "verdict", "stream", "seq", "code", "params", "device_id"), "op_id", op_ids
    )
    names = (
        dict(Stream.objects.filter(id__in={row[3] for row in rows if row[3]}).values_list("id", "name")) if rows else {}
    )
    return {
        row[0]: Receipt(
            row[0], bytes(row[1]), row[2], names.get(row[3]), row[4], row[5], orjson.loads(row[6]) if row[6] else None,
            row[7],
        )
        for row in rows
    }  # fmt: skip


def days_of(names: Sequence[str]) -> list[tuple[str, str, date]]:
    """On which days entries of which kinds happened: distinct (stream, kind, day) of these streams."""
    rows = EntryRow.objects.filter(stream__name__in=names).order_by()
    return list(rows.values_list("stream__name", "kind", "happened_on").distinct())
