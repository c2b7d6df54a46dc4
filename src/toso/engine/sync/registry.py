"""What apps register into sync: collections that phones hold, handlers of operations, and the authority."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from toso.engine.journal.services import Writer

from .types import Act, Outcome

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """Records of one kind in streams of one kind (`cell`, `unit`, `user`, `common`).

    `load(key, ids, since)` gives the live wire rows of the stream with this key (nil for `common`): those in `ids`, or all when
    `ids` is None; a windowed collection leaves out rows before `since`. `day_field` is the position of the day by
    which a windowed collection is windowed.
    """

    name: str
    stream: str
    fields: tuple[str, ...]
    load: Callable[[UUID, Sequence[UUID] | None, date | None], list[Row]]
    day_field: int | None = None


class Handler(Protocol):
    """How operations of some kinds become service calls. Handlers run in their `order` within a batch."""

    @property
    def order(self) -> int:
        """Rank within a batch."""

    @property
    def kinds(self) -> frozenset[str]:
        """Operation kinds that it takes."""

    def parse(self, kind: str, data: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
        """The typed body and what is beyond it; raises Problem."""

    def streams(self, acts: Sequence[Act]) -> set[str]:
        """Every stream that deciding these acts may need, by where their records live now."""

    def decide(self, writer: Writer, acts: Sequence[Act]) -> list[Outcome]:
        """One outcome for each act, in order; appends entries to the writer. Raises RouteChanged."""


class Authority(Protocol):
    """Who may pull what; the registers provide it."""

    def check_pull(self, user_id: UUID, stream: str) -> None:
        """Raises Problem stream_not_yours when the user may not read the stream."""

    def leads(self, user_id: UUID, stream: str) -> bool:
        """True when the user may settle quarantine for this stream."""

    def led_streams(self, user_id: UUID) -> set[str]:
        """Streams whose quarantine the user may read."""


@dataclass(slots=True)
class Registry:
    """All collections and handlers."""

    collections: dict[str, Collection] = field(default_factory=dict)
    handlers: list[Handler] = field(default_factory=list)
    authority: Authority | None = None
    scrubbers: list[Callable[[str, Mapping[str, Any]], Mapping[str, Any]]] = field(default_factory=list)

    def collection(self, collection: Collection) -> None:
        """Register a collection; its fields begin with the record's id."""
        if collection.name in self.collections:
            raise ValueError(f"collection {collection.name} is already registered")
        if collection.fields[0] != "id":
            raise ValueError("the first field of a collection is the record's id")
        self.collections[collection.name] = collection

    def of_stream(self, kind: str) -> list[Collection]:
        """Collections of streams of this kind."""
        return [known for known in self.collections.values() if known.stream == kind]

    def handler(self, handler: Handler) -> None:
        """Register a handler; its kinds must be new."""
        taken = frozenset().union(*(known.kinds for known in self.handlers)) & handler.kinds
        if taken:
            raise ValueError(f"operation kinds {sorted(taken)} are already handled")
        self.handlers.append(handler)
        self.handlers.sort(key=lambda known: known.order)

    def handler_of(self, kind: str) -> Handler | None:
        """The handler of an operation kind."""
        return next((known for known in self.handlers if kind in known.kinds), None)


registry = Registry()
