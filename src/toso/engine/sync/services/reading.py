"""How a raw operation becomes an act: unsealing, shape, digest, header."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import orjson

from toso.engine.accounts.sealing import unseal
from toso.engine.journal.types import Author
from toso.kernel import hlc
from toso.kernel.digest import payload_digest
from toso.kernel.happened import happened_on
from toso.kernel.ids import parse_id
from toso.kernel.problems import Problem

from ..registry import Handler, registry
from ..types import Act, Header


class Envelope(msgspec.Struct):
    """The members of an operation that every kind has; unknown ones are ignored here and kept in quarantine."""

    op_id: str
    kind: str
    made_at: str
    phone_at: int
    data: dict[str, Any]
    base_seq: int = 0
    offset_ms: int | None = None
    contact_at: int | None = None
    cell: str | None = None
    day: str | None = None
    replaces: str | None = None


@dataclass(slots=True)
class Incoming:
    """One operation of a batch on its way: readable or refused at the door (`problem`)."""

    op_id: UUID
    shown_id: str
    raw: Mapping[str, Any]
    digest: bytes
    kind: str = ""
    act: Act | None = None
    handler: Handler | None = None
    replaces: UUID | None = None
    record_id: UUID | None = None
    problem: Problem | None = None


_PLAIN = msgspec.json.Decoder(dict[str, Any])


def read(raw: object, author: Author, now_ms: int, released: bool = False) -> Incoming:
    """Read one member of `operations`. Never raises: what cannot be read carries its problem and a stable id."""
    if not isinstance(raw, dict):
        return _unreadable({"operation": raw}, "")
    shown = raw.get("op_id")
    try:
        op_id = parse_id(shown) if isinstance(shown, str) else None
    except ValueError:
        op_id = None
    if op_id is None:
        return _unreadable(raw, shown if isinstance(shown, str) else "")
    if "sealed" in raw:
        try:
            opened = _PLAIN.decode(unseal(op_id, _sealed_bytes(raw["sealed"])))
        except (ValueError, msgspec.MsgspecError):
            return Incoming(op_id, str(shown), raw, _digest(raw), problem=Problem("operation_malformed"))
        if opened.get("op_id") != shown:
            return Incoming(op_id, str(shown), raw, _digest(raw), problem=Problem("operation_malformed"))
        raw = opened
    incoming = Incoming(op_id, str(shown), raw, _digest(raw))
    try:
        envelope = msgspec.convert(raw, Envelope)
        incoming.kind = envelope.kind[:40]
        incoming.record_id = _record_id(envelope.data)
        incoming.replaces = parse_id(envelope.replaces) if envelope.replaces else None
        handler = registry.handler_of(envelope.kind)
        if handler is None:
            raise Problem("operation_kind_unknown", kind=envelope.kind[:40])
        body, extra = handler.parse(envelope.kind, envelope.data)
        header = _header(op_id, envelope, author, now_ms, released)
        incoming.act, incoming.handler = Act(header, envelope.kind, body, extra), handler
    except Problem as problem:
        incoming.problem = problem
    except (msgspec.ValidationError, ValueError, OverflowError):
        incoming.problem = Problem("operation_malformed")
    return incoming


def _header(op_id: UUID, envelope: Envelope, author: Author, now_ms: int, released: bool) -> Header:
    made_at = hlc.clamp(hlc.decode(envelope.made_at), now_ms)
    try:
        stated = date.fromisoformat(envelope.day) if envelope.day else None
        happened = happened_on(
            phone_at_ms=envelope.phone_at,
            offset_ms=envelope.offset_ms,
            contact_ms=envelope.contact_at,
            pushed_ms=now_ms,
            stated=stated,
        )
    except ValueError:
        raise Problem("day_invalid") from None
    cell = parse_id(envelope.cell) if envelope.cell else None
    base = max(0, envelope.base_seq)
    return Header(op_id, author, made_at, happened.day, base, happened.uncertain, released, cell)


def _record_id(data: Mapping[str, Any]) -> UUID | None:
    try:
        return parse_id(data["id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _sealed_bytes(text: object) -> bytes:
    import base64

    if not isinstance(text, str):
        raise ValueError("sealed is not a string")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _digest(raw: Mapping[str, Any]) -> bytes:
    try:
        return payload_digest(raw)
    except TypeError:
        # Numbers with a fraction have no canonical form; their text still tells equal from different.
        return payload_digest(orjson.dumps(raw, option=orjson.OPT_SORT_KEYS).decode())


def _unreadable(raw: Mapping[str, Any], shown: str) -> Incoming:
    digest = _digest(raw)
    # The same unreadable bytes get the same id, so that repeating them adds nothing.
    return Incoming(UUID(bytes=digest, version=5), shown, raw, digest, problem=Problem("operation_malformed"))
