"""What crosses the journal's boundary."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

Data = dict[str, Any]
Touch = tuple[str, UUID]

COMMON = "common"
SYSTEM = "system"


def cell_stream(cell_id: UUID) -> str:
    """Name of the stream of a cell: a piece of ground and its people."""
    return f"cell:{cell_id}"


def unit_stream(unit_id: UUID) -> str:
    """Name of the stream of a unit's own facts."""
    return f"unit:{unit_id}"


def user_stream(user_id: UUID) -> str:
    """Name of the stream of what concerns one user."""
    return f"user:{user_id}"


def stream_key(name: str) -> UUID | None:
    """The id inside a stream's name; None for `common` and `system`."""
    _, _, key = name.partition(":")
    return UUID(key) if key else None


def key_of(name: str) -> UUID:
    """The id inside the name of a cell's, unit's or user's stream. Raises ValueError for the others."""
    key = stream_key(name)
    if key is None:
        raise ValueError(f"{name} has no key")
    return key


NIL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts. `device_id` is empty for the office; `seen_key` tells apart authors for merging."""

    user_id: UUID | None
    device_id: UUID | None = None

    @property
    def seen_key(self) -> str:
        """Device if there is one, else user: the author whose earlier writes are known to him."""
        return str(self.device_id or self.user_id or "")


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has a number. `touches` names the wire rows that change: (collection, record id)."""

    kind: str
    record_id: UUID
    op_id: UUID
    author: Author
    made_at: int
    happened_on: date
    data: Data
    touches: Sequence[Touch] = ()
    base_seq: int = 0
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as appended; `stream` is the stream's name."""

    stream: str
    seq: int
    kind: str
    record_id: UUID
    op_id: UUID
    author_id: UUID | None
    device_id: UUID | None
    base_seq: int
    made_at: int
    happened_on: date
    uncertain: bool
    appended_at: int
    data: Data
    touches: Sequence[Touch]


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream's row."""

    id: int
    name: str
    epoch: UUID
    head: int
    durable_seq: int
    born_from: str | None
    born_seq: int
    ended_seq: int | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an operation. `verdict` is accepted, conflict or refused."""

    op_id: UUID
    digest: bytes
    verdict: str
    stream: str | None = None
    seq: int | None = None
    code: str = ""
    params: Data | None = None
    device_id: UUID | None = None
