"""Pulling streams: the same two calls for cells, units, users and what is common."""

from toso.engine.journal.types import COMMON, cell_stream, unit_stream, user_stream
from toso.engine.sync import services

from .. import schemas
from ..access import Access
from ..call import Call, path_id
from ..http import Answer
from ..registry import endpoint

_SINCE = {"since": schemas.MONTH}
_AFTER = {"after": schemas.COUNT, "epoch": schemas.TEXT, "since": schemas.MONTH}
_PROBLEMS = ("date_invalid", "stream_not_yours", "stream_ended", "not_found")
_CHANGES = (*_PROBLEMS, "cursor_ahead", "value_invalid")


def _snapshot(call: Call, stream: str) -> Answer:
    pulled = services.pull_snapshot(call.identity, stream, call.text("since") or None)
    return Answer(pulled.body, encoding=pulled.encoding)


def _changes(call: Call, stream: str) -> Answer:
    after = call.whole("after", 0)
    pulled = services.pull_changes(call.identity, stream, after, call.text("epoch") or None, call.text("since") or None)
    return Answer(pulled.body, encoding=pulled.encoding)


@endpoint(
    "GET", "/api/v1/cells/{id}/snapshot", access=Access.DEVICE, answer=schemas.PULLED, query=_SINCE, problems=_PROBLEMS
)
def cell_snapshot(call: Call, id: str) -> Answer:
    """Every live row of a cell"""
    return _snapshot(call, cell_stream(path_id(id)))


@endpoint(
    "GET", "/api/v1/cells/{id}/changes", access=Access.DEVICE, answer=schemas.PULLED, query=_AFTER, problems=_CHANGES
)
def cell_changes(call: Call, id: str) -> Answer:
    """What changed in a cell after an entry"""
    return _changes(call, cell_stream(path_id(id)))


@endpoint(
    "GET", "/api/v1/units/{id}/snapshot", access=Access.DEVICE, answer=schemas.PULLED, query=_SINCE, problems=_PROBLEMS
)
def unit_snapshot(call: Call, id: str) -> Answer:
    """Every live row of a unit's own stream"""
    return _snapshot(call, unit_stream(path_id(id)))


@endpoint(
    "GET", "/api/v1/units/{id}/changes", access=Access.DEVICE, answer=schemas.PULLED, query=_AFTER, problems=_CHANGES
)
def unit_changes(call: Call, id: str) -> Answer:
    """What changed in a unit's own stream after an entry"""
    return _changes(call, unit_stream(path_id(id)))


@endpoint(
    "GET", "/api/v1/users/{id}/snapshot", access=Access.DEVICE, answer=schemas.PULLED, query=_SINCE, problems=_PROBLEMS
)
def user_snapshot(call: Call, id: str) -> Answer:
    """Every live row of one's own stream"""
    return _snapshot(call, user_stream(path_id(id)))


@endpoint(
    "GET", "/api/v1/users/{id}/changes", access=Access.DEVICE, answer=schemas.PULLED, query=_AFTER, problems=_CHANGES
)
def user_changes(call: Call, id: str) -> Answer:
    """What changed in one's own stream after an entry"""
    return _changes(call, user_stream(path_id(id)))


@endpoint(
    "GET",
    "/api/v1/common/snapshot",
    access=Access.DEVICE,
    answer=schemas.PULLED,
    query=_SINCE,
    problems=("date_invalid",),
)
def common_snapshot(call: Call) -> Answer:
    """Every live row of what is common to all: the catalogue"""
    return _snapshot(call, COMMON)


@endpoint(
    "GET", "/api/v1/common/changes", access=Access.DEVICE, answer=schemas.PULLED, query=_AFTER,
    problems=("date_invalid", "cursor_ahead", "value_invalid"),
)  # fmt: skip
def common_changes(call: Call) -> Answer:
    """What changed in what is common to all after an entry"""
    return _changes(call, COMMON)
