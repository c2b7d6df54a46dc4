"""What crosses sync's boundary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from toso.engine.journal.types import Author, Draft, Touch
from toso.kernel.clock import now_ms, vn_day
from toso.kernel.hlc import pack
from toso.kernel.ids import new_id, parse_id
from toso.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Header:
    """Who did an act, when, and what he had seen: common to all acts.

    `happened_on` is fixed for ever at append. `base_seq` is the number of the record's stream that the author had
    seen. `released` lifts the check of terms: the leader took the act out of quarantine.
    """

    op_id: UUID
    author: Author
    made_at: int
    happened_on: date
    base_seq: int = 0
    uncertain: bool = False
    released: bool = False
    cell: UUID | None = None

    def draft(
        self, kind: str, record_id: UUID, data: dict[str, Any], touches: Sequence[Touch], day: date | None = None
    ) -> Draft:
        """An entry of this act."""
        return Draft(
            kind, record_id, self.op_id, self.author, self.made_at, day or self.happened_on, data, touches,
            self.base_seq, self.uncertain,
        )  # fmt: skip


def office_header(user_id: UUID | None, on: date | None = None) -> Header:
    """The header of an act done here and now on the server, whose author sees everything."""
    now = now_ms()
    return Header(new_id(), Author(user_id), pack(now, 0), on or vn_day(now), base_seq=2**53)


@dataclass(frozen=True, slots=True)
class Act:
    """A parsed operation: `body` is the typed content, `extra` what a newer phone sent beyond it."""

    header: Header
    kind: str
    body: Any
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one act. `status`: accepted, conflict, duplicate, refused or blocked."""

    op_id: UUID
    status: str
    stream: str | None = None
    seq: int | None = None
    lost: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None
    blocking: UUID | None = None


def accepted(header: Header, stream: str, seq: int, lost: Mapping[str, Any] | None = None) -> Outcome:
    """The act took effect (as `conflict` when some of its fields lost against an unseen write)."""
    return Outcome(header.op_id, "conflict" if lost else "accepted", stream, seq, lost or {})


def refused(header: Header, problem: Problem) -> Outcome:
    """The act has no effect; it waits in quarantine."""
    return Outcome(header.op_id, "refused", problem=problem)


class RouteChanged(Exception):
    """A record lives in another stream than when streams were locked: route and lock again."""


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """The device that speaks, as sync needs it."""

    id: UUID
    user_id: UUID
    revoked: bool
    last_contact_ms: int | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A refused operation with the sentence that was given."""

    op_id: UUID
    device_id: UUID
    user_id: UUID
    kind: str
    code: str
    params: Mapping[str, Any]
    payload: Mapping[str, Any]
    received_at: int
    state: str
    reason: str
    stream: str | None


# Members of bodies that hold one record's id.
ID_FIELDS = ("id", "household", "to_household", "to_cell", "with_")


def body_of(body_type: type[msgspec.Struct], data: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
    """The typed body, with its ids checked, and the members that it does not know. Raises Problem value_invalid."""
    try:
        body = msgspec.convert(data, body_type)
    except msgspec.ValidationError as error:
        _, _, path = str(error).rpartition("$.")
        raise Problem("value_invalid", field=path.rstrip("`").split(".")[0][:40] or "data") from None
    for name in ID_FIELDS:
        text = getattr(body, name, None)
        if isinstance(text, str):
            try:
                parse_id(text)
            except ValueError:
                raise Problem("value_invalid", field=name.rstrip("_")) from None
    known = set(body_type.__struct_encode_fields__)
    return body, {name: value for name, value in data.items() if name not in known}
