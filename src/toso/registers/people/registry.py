"""What other apps register into people: which cells exist, and what travels along when a household moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from toso.engine.journal.services import Writer
from toso.engine.sync.types import Header

Carrier = Callable[[Writer, Header, UUID, UUID, Sequence[UUID], UUID, date], None]


@dataclass(slots=True)
class Registry:
    """`carriers` append what other apps know of a household and its residents to the stream of its new cell.

    Called with (writer, header, household, from cell, residents, to cell, day), after the move is folded.
    `visits_of` name the wire rows that mention a resident: (cell, resident) → (collection, id).
    """

    carriers: list[Carrier] = field(default_factory=list)
    visits_of: list[Callable[[UUID, UUID], list[tuple[str, UUID]]]] = field(default_factory=list)


registry = Registry()
