"""The one way to append: `writing` opens a transaction, locks streams, folds, projects, commits."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import orjson
from django.db import connection, transaction

from toso.kernel.clock import now_ms
from toso.kernel.ids import new_id, parse_id, short

from . import bulk
from .models import Entry as EntryRow
from .models import Receipt as ReceiptRow
from .models import Stream
from .registry import ProjectorRun, registry
from .selectors import state_of
from .types import Draft, Entry, Receipt, StreamState

ENTRY_COLUMNS = (
    "stream", "seq", "kind", "record_id", "op_id", "author_id", "device_id", "base_seq", "made_at",
    "happened_on", "uncertain", "appended_at", "data", "touches",
)  # fmt: skip
RECEIPT_COLUMNS = (
    "op_id", "digest", "verdict", "stream", "seq", "code", "params", "device_id", "received_at",
)  # fmt: skip


class UnknownKind(Exception):
    """An entry of a kind that no fold applies: a programming error, never a user's."""


class Writer:
    """An open batch on locked streams. Entries get their number at once; `flush` stores and folds them."""

    def __init__(self, streams: dict[str, StreamState]) -> None:
        self.streams = streams
        self.now = now_ms()
        self._heads = {name: state.head for name, state in streams.items()}
        self._pending: list[Entry] = []
        self._receipts: list[Receipt] = []
        self._runs: list[ProjectorRun] = [make() for make in registry.projectors]
        self._kinds = registry.known_kinds()
        self.appended = 0

    def head(self, stream: str) -> int:
        """Number of the last entry of a locked stream, the pending ones included."""
        return self._heads[stream]

    def append(self, stream: str, draft: Draft) -> Entry:
        """Number a draft in a locked stream. KeyError when the stream is not locked."""
        if draft.kind.partition(".")[0] not in self._kinds:
            raise UnknownKind(draft.kind)
        seq = self._heads[stream] + 1
        self._heads[stream] = seq
        entry = Entry(
            stream, seq, draft.kind, draft.record_id, draft.op_id, draft.author.user_id, draft.author.device_id,
            draft.base_seq, draft.made_at, draft.happened_on, draft.uncertain, self.now, draft.data, draft.touches,
        )  # fmt: skip
        self._pending.append(entry)
        return entry

    def receipt(self, receipt: Receipt) -> None:
        """Note what became of an operation; stored with the entries."""
        self._receipts.append(receipt)

    def flush(self) -> None:
        """Store and fold the pending entries, so that reads in this transaction see them."""
        entries, self._pending = self._pending, []
        if not entries:
            return
        for run in self._runs:
            run.before(entries)
        ids = {name: state.id for name, state in self.streams.items()}
        bulk.insert(EntryRow, ENTRY_COLUMNS, [_row(ids[entry.stream], entry) for entry in entries])
        registry.apply(entries)
        self.appended += len(entries)

    def close(self) -> None:
        """Finish the batch: flush, project, store heads and receipts. `writing` calls it."""
        self.flush()
        if self.appended:
            for run in self._runs:
                run.after()
            moved = [(s.id, self._heads[name]) for name, s in self.streams.items() if self._heads[name] != s.head]
            bulk.update_rows(Stream, ("id",), ("head",), moved)
        if self._receipts:
            ids = {name: state.id for name, state in self.streams.items()}
            bulk.insert(
                ReceiptRow,
                RECEIPT_COLUMNS,
                [
                    (
                        r.op_id, r.digest, r.verdict, ids[r.stream] if r.stream else None, r.seq, r.code,
                        orjson.dumps(r.params).decode() if r.params else "", r.device_id, self.now,
                    )
                    for r in self._receipts
                ],
            )  # fmt: skip


def _row(stream_id: int, entry: Entry) -> tuple[object, ...]:
    touches = [[collection, short(record)] for collection, record in entry.touches]
    return (
        stream_id, entry.seq, entry.kind, entry.record_id, entry.op_id, entry.author_id, entry.device_id,
        entry.base_seq, entry.made_at, entry.happened_on, entry.uncertain, entry.appended_at,
        orjson.dumps(entry.data, option=orjson.OPT_SORT_KEYS).decode(), orjson.dumps(touches).decode(),
    )  # fmt: skip


@contextmanager
def writing(streams: Iterable[str]) -> Iterator[Writer]:
    """Open a transaction with the named streams locked in id order (created when new); commit on leaving.

    Any exception rolls the whole batch back. Not to be nested: a service that calls another passes its writer.
    """
    names = sorted(set(streams))
    with transaction.atomic():
        writer = Writer(_locked(names))
        yield writer
        writer.close()


def _locked(names: Sequence[str]) -> dict[str, StreamState]:
    known = set(Stream.objects.filter(name__in=names).values_list("name", flat=True))
    missing = [name for name in names if name not in known]
    if missing:
        Stream.objects.bulk_create([Stream(name=name, epoch=new_id()) for name in missing], ignore_conflicts=True)
    rows = Stream.objects.filter(name__in=names).select_related("born_from").order_by("id")
    if bulk.is_postgres():
        rows = rows.select_for_update(of=("self",))
    return {row.name: state_of(row) for row in rows}


def born(writer: Writer, *, parent: str, children: Sequence[str]) -> None:
    """Let locked, empty child streams continue the numbers of their locked parent, which ends here."""
    origin = writer.streams[parent]
    head = writer.head(parent)
    for child in children:
        state = writer.streams[child]
        if state.head or state.born_from:
            raise ValueError(f"{child} is not new")
        Stream.objects.filter(pk=state.id).update(born_from=origin.id, born_seq=head, head=head)
        writer.streams[child] = replace(state, born_from=parent, born_seq=head, head=head)
        writer._heads[child] = head
    Stream.objects.filter(pk=origin.id).update(ended_seq=head)


def mark_durable(heads: dict[str, int]) -> None:
    """Record that entries up to these numbers are in a verified backup or a synchronous replica."""
    bulk.update_rows(Stream, ("name",), ("durable_seq",), list(heads.items()))


def change_epochs() -> None:
    """Give every stream a new epoch, after a restore or a lossy failover: phones then offer again what may be lost."""
    with transaction.atomic():
        bulk.update_rows(
            Stream, ("id",), ("epoch",), [(pk, new_id()) for pk in Stream.objects.values_list("pk", flat=True)]
        )


def settle_receipts(receipts: Sequence[Receipt]) -> None:
    """Overwrite receipts whose verdict changed (a refused operation was released). Inside the caller's transaction."""
    ids = dict(Stream.objects.filter(name__in={r.stream for r in receipts if r.stream}).values_list("name", "id"))
    bulk.update_rows(
        ReceiptRow,
        ("op_id",),
        ("verdict", "stream", "seq", "code"),
        [(r.op_id, r.verdict, ids[r.stream] if r.stream else None, r.seq, r.code) for r in receipts],
    )


def rewrite(stream: str, changed: Sequence[Entry]) -> None:
    """Erasure only: overwrite data, record, author-free touches of stored entries, numbers unchanged."""
    stream_id = Stream.objects.values_list("id", flat=True).get(name=stream)
    bulk.update_rows(
        EntryRow,
        ("stream", "seq"),
        ("record_id", "data", "touches"),
        [
            (
                stream_id, e.seq, e.record_id, orjson.dumps(e.data, option=orjson.OPT_SORT_KEYS).decode(),
                orjson.dumps([[c, short(r)] for c, r in e.touches]).decode(),
            )
            for e in changed
        ],
    )  # fmt: skip


def refold() -> None:
    """Empty every folded table and fold all streams again from entry 1, parents before children.

    Inside the caller's transaction; tallies are the caller's business.
    """
    from .selectors import entries_of, streams_in_birth_order

    for known in reversed(registry.folds):
        for table in reversed(known.tables):
            with connection.cursor() as cursor:
                cursor.execute(f'DELETE FROM "{table._meta.db_table}"')
    # System and common first: fields of cells refer to units and services.
    for stream in streams_in_birth_order():
        for page in entries_of(stream):
            registry.apply(page)


def parse_touches(text: str) -> tuple[tuple[str, UUID], ...]:
    """Touches as stored, read back."""
    return tuple((collection, parse_id(record)) for collection, record in orjson.loads(text))
