"""Pull: snapshots and changes of a stream, with its digest.

`changes` carries the present state of every row touched since; so after the last page a phone holds the server's
rows and needs no merge code.
"""

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import brotli
import orjson

from toso.engine.journal import bulk
from toso.engine.journal import selectors as journal
from toso.engine.journal.services import writing
from toso.engine.journal.types import NIL, StreamState, stream_key
from toso.kernel.clock import now_ms, vn_day
from toso.kernel.ids import short
from toso.kernel.problems import Problem

from ..access import stream_for_view
from ..models import Snapshot
from ..registry import Collection, Row, registry
from ..types import DeviceIdentity
from . import digests

log = logging.getLogger(__name__)
_building = threading.Lock()
PAGE = 400
SNAPSHOT_LAG = 300
WINDOW_DAYS = 90


@dataclass(frozen=True, slots=True)
class Pulled:
    """An answer's bytes; `encoding` is "br" when they are compressed already."""

    body: bytes
    encoding: str = ""


class _NotYetMade(Exception):
    """Nothing was ever appended to a stream that the user may read."""


def _make(name: str) -> None:
    with writing([name]):
        pass


def default_since(today: date) -> str:
    """The first month (YYYY-MM) of the window that ends on this day."""
    return f"{today - timedelta(days=WINDOW_DAYS):%Y-%m}"


def _since(text: str | None) -> date:
    try:
        return date.fromisoformat((text or default_since(vn_day(now_ms()))) + "-01")
    except ValueError:
        raise Problem("date_invalid") from None


def _living(device: DeviceIdentity, name: str) -> StreamState:
    stream_for_view(device, name)
    state = journal.stream(name)
    if state is None:
        raise _NotYetMade(name)
    if state.ended_seq is not None:
        keys = (stream_key(child) for child in journal.children_of(name))
        raise Problem("stream_ended", successors=",".join(short(key) for key in keys if key))
    return state


def _rows(
    name: str, touched: Mapping[str, Sequence[UUID]] | None, since: date
) -> dict[str, tuple[Collection, list[Row]]]:
    kind, key = name.partition(":")[0], stream_key(name) or NIL
    found: dict[str, tuple[Collection, list[Row]]] = {}
    for collection in registry.of_stream(kind):
        if touched is None:
            found[collection.name] = (collection, collection.load(key, None, since))
        elif collection.name in touched:
            found[collection.name] = (collection, collection.load(key, touched[collection.name], since))
    return found


def _wire(rows: Mapping[str, tuple[Collection, list[Row]]]) -> dict[str, Any]:
    return {name: {"fields": c.fields, "rows": own} for name, (c, own) in rows.items() if own}


def pull_snapshot(device: DeviceIdentity, name: str, since: str | None = None) -> Pulled:
    """Every live row of a stream, at most 300 entries old, as brotli.

    Raises Problem stream_not_yours, stream_ended, device_revoked, date_invalid.
    """
    first = _since(since)
    try:
        state = _living(device, name)
    except _NotYetMade:
        _make(name)
        state = _living(device, name)
    body = _stored(state, first)
    if body is None:
        # A thousand phones at 07:30 wait for one of them to build it.
        with _building:
            body = _stored(state, first) or _built(device, name, first)
    return Pulled(body, "br")


def _stored(state: StreamState, first: date) -> bytes | None:
    month = f"{first:%Y-%m}"
    found = bulk.fetch(Snapshot, ("seq", "id", "epoch", "since"), "stream_name", [state.name])
    usable = [
        (seq, key)
        for seq, key, epoch, since in found
        if epoch == state.epoch and since == month and state.head - seq <= SNAPSHOT_LAG
    ]
    if not usable:
        return None
    seq, key = max(usable)
    return _stored_body(key, state.epoch, seq)


def _built(device: DeviceIdentity, name: str, first: date) -> bytes:
    with journal.reading():
        state = _living(device, name)
        rows = _rows(name, None, first)
        digest = digests.of_rows(rows.values())
        progress = digests.catch_up(name, state, lambda wanted, day: _rows(name, wanted, day), first)
    if progress.digest == digest:
        progress.store()
    else:
        log.error("the stored sums of %s were wrong; they are made anew", name)
        digests.forget(name)
    for _, own in rows.values():
        # One order from build to build, and neighbours together: it packs better.
        own.sort(key=lambda row: (str(row[1]), row[0]))
    body = orjson.dumps(
        {
            "stream": name,
            "epoch": short(state.epoch),
            "seq": state.head,
            "head": state.head,
            "durable_seq": state.durable_seq,
            "more": False,
            "since": f"{first:%Y-%m}",
            "rows": _wire(rows),
            "digest": digest,
            "now": now_ms(),
        }
    )
    packed: bytes = brotli.compress(body, quality=9)
    Snapshot.objects.filter(stream_name=name, since=f"{first:%Y-%m}").delete()
    made = Snapshot.objects.create(
        stream_name=name, epoch=state.epoch, seq=state.head, since=f"{first:%Y-%m}", body=packed
    )
    if journal.erased_after(name, state.head):
        # Somebody was erased while this was built from what stood before.
        made.delete()
    return packed


@lru_cache(maxsize=48)
def _stored_body(snapshot_id: int, epoch: UUID, seq: int) -> bytes:
    # Epoch and seq are part of the key: ids of a restored database may come again.
    return bytes(Snapshot.objects.values_list("body", flat=True).get(pk=snapshot_id))


def drop_snapshots(names: Iterable[str]) -> None:
    """Forget cached snapshots of these streams at once (erasure)."""
    Snapshot.objects.filter(stream_name__in=list(names)).delete()
    _stored_body.cache_clear()


def pull_changes(
    device: DeviceIdentity, name: str, after: int, epoch: str | None = None, since: str | None = None
) -> Pulled:
    """Rows touched by the entries after `after`, at most 400 entries a page.

    Raises Problem cursor_ahead when the epoch differs or `after` is ahead of the server: take a fresh snapshot.
    """
    try:
        return _changes(device, name, after, epoch, _since(since))
    except _NotYetMade:
        _make(name)
        return _changes(device, name, after, epoch, _since(since))


def _nothing_new(device: DeviceIdentity, name: str, after: int, epoch: str | None, first: date) -> Pulled | None:
    """The few bytes for a phone that stands at the head; the stored sums prove that head and digest belong together."""
    state = _living(device, name)
    if after != state.head or (epoch and epoch != short(state.epoch)):
        return None
    digest = digests.stored_at_head(state, first)
    return None if digest is None else Pulled(orjson.dumps({**_head(state, after), "digest": digest, "now": now_ms()}))


def _head(state: StreamState, seq: int) -> dict[str, Any]:
    return {
        "stream": state.name, "epoch": short(state.epoch), "seq": seq, "head": state.head,
        "durable_seq": state.durable_seq, "more": False,
    }  # fmt: skip


def _changes(device: DeviceIdentity, name: str, after: int, epoch: str | None, first: date) -> Pulled:
    known = _nothing_new(device, name, after, epoch, first)
    if known is not None:
        return known
    with journal.reading():
        state = _living(device, name)
        if after < 0:
            raise Problem("value_invalid", field="after")
        if after > state.head or (epoch and epoch != short(state.epoch)):
            raise Problem("cursor_ahead", epoch=short(state.epoch), head=state.head, durable_seq=state.durable_seq)
        answer = _head(state, after)
        if after < state.head:
            seq, touched = journal.touches_after(name, after, PAGE)
            by_collection: dict[str, list[UUID]] = {}
            for collection, record in touched:
                by_collection.setdefault(collection, []).append(record)
            rows = _rows(name, by_collection, first)
            answer |= {"seq": seq, "more": seq < state.head, "rows": _wire(rows), "gone": _gone(by_collection, rows)}
        progress = None
        if not answer["more"]:
            progress = digests.catch_up(name, state, lambda wanted, day: _rows(name, wanted, day), first)
            answer["digest"] = progress.digest
        answer["now"] = now_ms()
    if progress is not None:
        progress.store()
    return Pulled(orjson.dumps(answer))


def _gone(
    touched: Mapping[str, Sequence[UUID]], rows: Mapping[str, tuple[Collection, list[Row]]]
) -> dict[str, list[str]]:
    gone: dict[str, list[str]] = {}
    for name, ids in touched.items():
        if name not in rows:
            continue
        present = {row[0] for row in rows[name][1]}
        lacking = [text for text in map(short, ids) if text not in present]
        if lacking:
            gone[name] = lacking
    return gone
