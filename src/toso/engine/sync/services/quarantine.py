"""Verdicts on refused operations, and what phones report."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import orjson

from toso.engine.journal.services import settle_receipts, writing
from toso.engine.journal.types import Author, Data, Draft, Receipt, user_stream
from toso.kernel.clock import now_ms, vn_day
from toso.kernel.hlc import pack
from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem

from ..access import quarantine_for_edit
from ..models import Quarantine, Report
from ..registry import registry
from ..types import DeviceIdentity, Outcome, RouteChanged
from .reading import read

REASON_LIMIT = 280
REPORT_LIMIT = 4000


def quarantine_for(device: DeviceIdentity, lang: str = "vi") -> list[dict[str, Any]]:
    """Waiting operations: the user's own, and those of the streams that he leads."""
    if device.revoked:
        raise Problem("device_revoked")
    led = registry.authority.led_streams(device.user_id) if registry.authority else set()
    own = Quarantine.objects.filter(state="waiting", user_id=device.user_id)
    rows = own | Quarantine.objects.filter(state="waiting", stream_name__in=led)
    return [_shown(row, lang) for row in rows.order_by("received_at")[:500]]


def _shown(row: Quarantine, lang: str) -> dict[str, Any]:
    worded = Problem(row.code, **orjson.loads(row.params)).as_json(lang)
    return {
        "op_id": short(row.op_id),
        "kind": row.kind,
        "user": short(row.user_id),
        "stream": row.stream_name,
        "received_at": row.received_at,
        "operation": orjson.loads(row.payload),
        **{key: worded[key] for key in ("code", "title", "detail", "params")},
    }


def decide_quarantine(device: DeviceIdentity, op_id: UUID, verdict: str, reason: str = "", lang: str = "vi") -> Data:
    """Release (leader) or discard (leader, or the author himself) a waiting operation.

    Raises Problem quarantine_unknown, nothing_to_release (settled already), forbidden (a member may not release), or
    the problem that still stands in the way of a release.
    """
    row = Quarantine.objects.filter(op_id=op_id).first()
    if row is None:
        raise Problem("quarantine_unknown")
    leads = quarantine_for_edit(device, row.stream_name, row.user_id)
    if row.state != "waiting":
        raise Problem("nothing_to_release")
    if verdict not in ("release", "discard"):
        raise Problem("value_invalid", field="verdict")
    if verdict == "release" and not leads:
        raise Problem("forbidden")
    if verdict == "discard" and not reason.strip():
        raise Problem("value_invalid", field="reason")
    if len(reason) > REASON_LIMIT:
        raise Problem("text_too_long", field="reason", limit=REASON_LIMIT)
    by = Author(device.user_id, device.id)
    if verdict == "discard":
        with writing([user_stream(row.user_id)]) as writer:
            if not Quarantine.objects.filter(op_id=op_id, state="waiting").update(
                state="discarded", reason=reason, settled_by=device.user_id
            ):
                raise Problem("nothing_to_release")
            writer.append(user_stream(row.user_id), _verdict(row, "discarded", reason, by))
        return {"op_id": short(op_id), "status": "discarded"}
    outcome = _released(row, by, reason, force=True)
    if outcome.problem is not None:
        raise outcome.problem
    return {"op_id": short(op_id), "status": "released", "stream": outcome.stream, "seq": outcome.seq}


def release_waiting(made: Collection[UUID]) -> None:
    """Decide again what was refused because one of these records, now made, was missing."""
    if not made:
        return
    for row in Quarantine.objects.filter(missing_id__in=made, state="waiting").order_by("received_at")[:200]:
        _released(row, Author(None), "", force=False)


def _released(row: Quarantine, by: Author, reason: str, *, force: bool) -> Outcome:
    for _attempt in range(6):
        payload = orjson.loads(row.payload)
        one = read(payload, Author(row.user_id, row.device_id), row.received_at, released=force)
        if one.problem is not None or one.act is None or one.handler is None:
            return Outcome(row.op_id, "refused", problem=one.problem or Problem("operation_malformed"))
        author_stream = user_stream(row.user_id)
        try:
            with writing({author_stream, *one.handler.streams([one.act])}) as writer:
                if not Quarantine.objects.filter(op_id=row.op_id, state="waiting").update(
                    state="released", reason=reason, settled_by=by.user_id
                ):
                    return Outcome(row.op_id, "refused", problem=Problem("nothing_to_release"))
                outcome = one.handler.decide(writer, [one.act])[0]
                if outcome.problem is not None:
                    raise outcome.problem
                writer.append(author_stream, _verdict(row, "released", reason, by))
                settle_receipts([Receipt(row.op_id, one.digest, outcome.status, outcome.stream, outcome.seq)])
            return outcome
        except RouteChanged:
            continue
        except Problem as problem:
            return Outcome(row.op_id, "refused", problem=problem)
    raise Problem("unavailable")


def _verdict(row: Quarantine, verdict: str, reason: str, by: Author) -> Draft:
    now = now_ms()
    return Draft(
        "verdict.given", row.op_id, new_id(), by, pack(now, 0), vn_day(now),
        {"verdict": verdict, "reason": reason, "code": row.code}, (("verdicts", row.op_id),), base_seq=2**53,
    )  # fmt: skip


def report(device: DeviceIdentity, body: Mapping[str, Any]) -> None:
    """Keep what a phone says about itself, cut to 4,000 characters."""
    Report.objects.create(device_id=device.id, at=now_ms(), body=orjson.dumps(body).decode()[:REPORT_LIMIT])
