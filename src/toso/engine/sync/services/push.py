"""Push: a batch of operations, each answered by itself, in one transaction."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError

from toso.engine.journal import selectors as journal
from toso.engine.journal.services import Writer, writing
from toso.engine.journal.types import Author, Receipt
from toso.kernel.clock import now_ms
from toso.kernel.ids import short
from toso.kernel.problems import Problem

from ..models import Quarantine
from ..registry import Handler
from ..types import Act, DeviceIdentity, Outcome, RouteChanged, refused
from .reading import Incoming, read

log = logging.getLogger(__name__)
MAX_BATCH = 500
ATTEMPTS = 6
Answer = dict[str, Any]


def push(device: DeviceIdentity, operations: Sequence[object], lang: str = "vi") -> list[Answer]:
    """Decide a batch; one answer for each operation, in order (docs/reference/wire.md).

    A revoked device may still deposit: everything it sends goes to quarantine. Raises Problem body_too_large for
    more than 500 operations.
    """
    if len(operations) > MAX_BATCH:
        raise Problem("body_too_large")
    now = now_ms()
    author = Author(device.user_id, device.id)
    incoming = [read(raw, author, now) for raw in operations]
    if device.revoked:
        for one in incoming:
            one.problem = Problem("device_revoked")
    try:
        outcomes = _decided(device, incoming, now)
    except Exception:
        if len(incoming) == 1:
            raise
        # One operation that breaks the server must not hold back its neighbours.
        log.exception("a batch of %d operations failed; deciding one by one", len(incoming))
        outcomes = _one_by_one(device, incoming, now)
    if any(outcome.status in ("accepted", "conflict") for outcome in outcomes.values()):
        from .quarantine import release_waiting

        made = {one.record_id for one in incoming if one.record_id and outcomes[one.op_id].status == "accepted"}
        release_waiting(made)
    return [_answer(one, outcomes, lang) for one in incoming]


def _one_by_one(device: DeviceIdentity, incoming: Sequence[Incoming], now: int) -> dict[UUID, Outcome]:
    outcomes: dict[UUID, Outcome] = {}
    for one in incoming:
        try:
            outcomes.update(_decided(device, [one], now))
        except Exception:
            log.exception("operation %s failed", one.op_id)
            outcomes[one.op_id] = Outcome(one.op_id, "blocked", problem=Problem("server_error"))
    return outcomes


def _decided(device: DeviceIdentity, incoming: Sequence[Incoming], now: int) -> dict[UUID, Outcome]:
    last: Exception | None = None
    for _attempt in range(ATTEMPTS):
        try:
            streams: set[str] = set()
            for handler, acts in _by_handler(incoming):
                streams |= handler.streams(acts)
            with writing(streams) as writer:
                return _decide_locked(device, incoming, writer, now)
        except (RouteChanged, IntegrityError) as error:
            last = error
    log.error("gave up after %d attempts: %r", ATTEMPTS, last)
    raise Problem("unavailable") from last


def _by_handler(incoming: Sequence[Incoming]) -> list[tuple[Handler, list[Act]]]:
    groups: dict[int, tuple[Handler, list[Act]]] = {}
    for one in incoming:
        if one.problem is None and one.act is not None and one.handler is not None:
            groups.setdefault(id(one.handler), (one.handler, []))[1].append(one.act)
    return sorted(groups.values(), key=lambda group: group[0].order)


def _decide_locked(
    device: DeviceIdentity, incoming: Sequence[Incoming], writer: Writer, now: int
) -> dict[UUID, Outcome]:
    outcomes: dict[UUID, Outcome] = {}
    known = journal.receipts([one.op_id for one in incoming])
    fresh: dict[UUID, Incoming] = {}
    for one in incoming:
        if one.op_id in known:
            outcomes[one.op_id] = _known(one, known[one.op_id])
        elif one.op_id in fresh:
            if fresh[one.op_id].digest != one.digest:
                one.problem = Problem("op_id_reused")
        else:
            fresh[one.op_id] = one
    for handler, acts in _by_handler(list(fresh.values())):
        for outcome in handler.decide(writer, acts):
            outcomes[outcome.op_id] = outcome
        writer.flush()
    for one in fresh.values():
        if one.op_id not in outcomes:
            outcomes[one.op_id] = Outcome(one.op_id, "refused", problem=one.problem or Problem("operation_malformed"))
    _block(fresh, outcomes)
    _store(device, fresh, outcomes, writer, now)
    return outcomes


def _known(one: Incoming, receipt: Receipt) -> Outcome:
    if receipt.digest != one.digest:
        # Answered, never stored: the receipt of the first content stands.
        one.problem = Problem("op_id_reused")
        return Outcome(one.op_id, "refused", problem=one.problem)
    if receipt.verdict == "refused":
        return Outcome(one.op_id, "refused", problem=Problem(receipt.code, **dict(receipt.params or {})))
    return Outcome(one.op_id, "duplicate", receipt.stream, receipt.seq)


def _block(fresh: Mapping[UUID, Incoming], outcomes: dict[UUID, Outcome]) -> None:
    """An operation refused for a record that a waiting operation would make is blocked by that one, not refused."""
    missing: dict[UUID, UUID] = {}
    for op_id in fresh:
        problem = outcomes[op_id].problem
        if problem is not None and (record := missing_record(problem)):
            missing[op_id] = record
    if not missing:
        return
    makers = dict(
        Quarantine.objects.filter(record_id__in=set(missing.values()), state="waiting").values_list(
            "record_id", "op_id"
        )
    )
    for op_id, one in fresh.items():
        if outcomes[op_id].status == "refused" and op_id not in missing and one.record_id:
            makers.setdefault(one.record_id, op_id)
    for op_id, record in missing.items():
        if record in makers and makers[record] != op_id:
            outcomes[op_id] = Outcome(op_id, "blocked", problem=outcomes[op_id].problem, blocking=makers[record])


def missing_record(problem: Problem) -> UUID | None:
    """The record whose absence a problem names (`household_unknown`, `resident_unknown`, …), if any."""
    from toso.kernel.ids import parse_id

    if problem.code.endswith("_unknown") and isinstance(problem.params.get("id"), str):
        try:
            return parse_id(str(problem.params["id"]))
        except ValueError:
            return None
    return None


def _store(
    device: DeviceIdentity,
    fresh: Mapping[UUID, Incoming],
    outcomes: Mapping[UUID, Outcome],
    writer: Writer,
    now: int,
) -> None:
    waiting: list[Quarantine] = []
    replaced: list[UUID] = []
    for op_id, one in fresh.items():
        outcome = outcomes[op_id]
        if outcome.status == "blocked":
            continue
        problem = outcome.problem
        writer.receipt(
            Receipt(
                op_id, one.digest, outcome.status, outcome.stream, outcome.seq,
                problem.code if problem else "", problem.params if problem else None, device.id,
            )
        )  # fmt: skip
        if problem is not None:
            waiting.append(_quarantined(device, one, problem, now))
        elif one.replaces:
            replaced.append(one.replaces)
    if waiting:
        Quarantine.objects.bulk_create(waiting)
    if replaced:
        Quarantine.objects.filter(op_id__in=replaced, state="waiting", user_id=device.user_id).update(
            state="replaced", settled_by=device.user_id
        )


def _quarantined(device: DeviceIdentity, one: Incoming, problem: Problem, now: int) -> Quarantine:
    from toso.engine.journal.types import cell_stream

    stream = ""
    if one.act is not None and one.handler is not None:
        stream = next(iter(sorted(one.handler.streams([one.act]))), "")
        if not stream and one.act.header.cell:
            stream = cell_stream(one.act.header.cell)
    return Quarantine(
        op_id=one.op_id,
        device_id=device.id,
        user_id=device.user_id,
        stream_name=stream,
        kind=one.kind,
        record_id=one.record_id,
        missing_id=missing_record(problem),
        code=problem.code,
        params=orjson.dumps(problem.params).decode(),
        payload=orjson.dumps(one.raw).decode(),
        received_at=now,
    )


def _answer(one: Incoming, outcomes: Mapping[UUID, Outcome], lang: str) -> Answer:
    outcome = outcomes[one.op_id]
    if one.problem is not None and one.problem.code == "op_id_reused":
        outcome = Outcome(one.op_id, "refused", problem=one.problem)
    answer: Answer = {"op_id": one.shown_id or short(one.op_id)}
    if outcome.problem is None:
        answer |= {"status": outcome.status, "stream": outcome.stream, "seq": outcome.seq}
        if outcome.lost:
            answer["lost"] = outcome.lost
        return answer
    worded = outcome.problem.as_json(lang)
    answer |= {key: worded[key] for key in ("code", "title", "detail", "params")}
    answer["status"] = "refused"
    if outcome.status == "blocked":
        answer["status"] = "blocked_by"
        answer["op_id_blocking"] = short(outcome.blocking) if outcome.blocking else None
    return answer


__all__ = ["push", "refused"]
