"""The collections of people on phones, and how operations become service calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import orjson

from toso.engine.journal.bulk import chunks
from toso.engine.journal.services import Writer
from toso.engine.sync.registry import Collection, Row, registry
from toso.engine.sync.types import Act, Outcome, body_of
from toso.kernel.ids import short

from . import services, types
from .models import Conflict, Household, Resident

BODIES: dict[str, type[msgspec.Struct]] = {
    "household.add": types.HouseholdAdd,
    "household.change": types.Change,
    "household.close": types.HouseholdClose,
    "household.move": types.HouseholdMove,
    "resident.add": types.ResidentAdd,
    "resident.change": types.Change,
    "resident.move": types.ResidentMove,
    "resident.leave": types.ResidentLeave,
    "resident.merge": types.ResidentMerge,
    "resident.unmerge": types.RecordOnly,
    "conflict.settle": types.Settle,
}


@dataclass(frozen=True, slots=True)
class PeopleHandler:
    """Operations on households and residents."""

    order: int = 30
    kinds: frozenset[str] = frozenset(BODIES)

    def parse(self, kind: str, data: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
        """See `sync.registry.Handler`."""
        return body_of(BODIES[kind], data)

    def streams(self, acts: Sequence[Act]) -> set[str]:
        """See `sync.registry.Handler`."""
        return services.streams_for(acts)

    def decide(self, writer: Writer, acts: Sequence[Act]) -> list[Outcome]:
        """See `sync.registry.Handler`."""
        return services.decide(writer=writer, acts=acts)


HOUSEHOLDS = ("id", "label", "people", "cluster", "zalo_news", "lang_screen", "lang_listen", "lang_read", "extra")
RESIDENTS = ("id", "household", "name", "birth_year", "alias_of", "extra")
CONFLICTS = ("id", "collection", "record", "field", "kept", "kept_by", "lost", "lost_by")


def _parts(ids: Sequence[UUID] | None) -> list[dict[str, Any]]:
    return [{}] if ids is None else [{"id__in": part} for part in chunks(ids)]


def load_households(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of the households that are here."""
    return [
        [short(row[0]), *row[1:8], orjson.loads(row[8]) if row[8] != "{}" else {}]
        for part in _parts(ids)
        for row in Household.objects.filter(cell_id=key, state="here", **part).values_list(*HOUSEHOLDS)
    ]


def load_residents(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of the residents who are here."""
    return [
        [
            short(row[0]), short(row[1]), row[2], row[3], short(row[4]) if row[4] else None,
            orjson.loads(row[5]) if row[5] != "{}" else {},
        ]
        for part in _parts(ids)
        for row in Resident.objects.filter(cell_id=key, state="here", **part).values_list(
            "id", "household_id", "name", "birth_year", "alias_of", "extra"
        )
    ]  # fmt: skip


def load_conflicts(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of open conflicts."""
    return [
        [
            short(row[0]), row[1], short(row[2]), row[3], orjson.loads(row[4]), short(row[5]) if row[5] else None,
            orjson.loads(row[6]), short(row[7]) if row[7] else None,
        ]
        for part in _parts(ids)
        for row in Conflict.objects.filter(cell_id=key, **part).values_list(
            "id", "collection", "record_id", "field", "kept", "kept_by", "lost", "lost_by"
        )
    ]  # fmt: skip


def register() -> None:
    """Register collections and operations."""
    registry.collection(Collection("households", "cell", HOUSEHOLDS, load_households))
    registry.collection(Collection("residents", "cell", RESIDENTS, load_residents))
    registry.collection(Collection("conflicts", "cell", CONFLICTS, load_conflicts))
    registry.handler(PeopleHandler())
