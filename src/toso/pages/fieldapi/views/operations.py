"""Pushing operations, settling refused ones, reports of phones."""

from toso.engine.sync import services
from toso.kernel.clock import now_ms

from .. import schemas
from ..access import Access
from ..call import Call, member, path_id
from ..http import Answer
from ..registry import endpoint


@endpoint(
    "POST", "/api/v1/operations", access=Access.DEPOSIT, body=schemas.OPERATIONS, answer=schemas.RESULTS,
    problems=("value_invalid",),
)  # fmt: skip
def push(call: Call) -> Answer:
    """Push a batch of operations; each gets its own answer. A revoked device deposits into quarantine"""
    operations = member(call.json(), "operations", list)
    results = services.push(call.identity, operations, call.lang)
    return Answer({"results": results, "now": now_ms()})


@endpoint(
    "GET", "/api/v1/quarantine", access=Access.DEVICE,
    answer=schemas.obj({"items": schemas.array(schemas.QUARANTINED)}),
)  # fmt: skip
def quarantine(call: Call) -> Answer:
    """Refused operations that wait: one's own and those of the cells one leads"""
    return Answer({"items": services.quarantine_for(call.identity, call.lang)})


@endpoint(
    "POST", "/api/v1/quarantine/{op_id}", access=Access.DEVICE, body=schemas.VERDICT, answer=schemas.SETTLED,
    problems=("quarantine_unknown", "nothing_to_release", "forbidden", "value_invalid", "text_too_long"),
)  # fmt: skip
def settle(call: Call, op_id: str) -> Answer:
    """Release or discard a refused operation"""
    body = call.json()
    verdict, reason = member(body, "verdict", str), member(body, "reason", str, required=False) or ""
    op = path_id(op_id, "quarantine_unknown")
    return Answer(services.decide_quarantine(call.identity, op, verdict, reason, call.lang))


@endpoint("POST", "/api/v1/reports", access=Access.DEVICE, body=schemas.OBJECT, answer=None, status=204)
def report(call: Call) -> Answer:
    """What a phone reports about itself: a digest that did not match, a failed update"""
    services.report(call.identity, call.json())
    return Answer(status=204)
