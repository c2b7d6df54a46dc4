"""The collections of visits on phones, and how operations become service calls."""

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
from toso.engine.sync.types import Act, Header, Outcome, body_of
from toso.kernel.ids import short
from toso.registers.people.registry import registry as people_registry

from . import deciding, selectors, services, types
from .models import Assist, Call, DaySheet, Progress, Visit

BODIES: dict[str, type[msgspec.Struct]] = {
    "visit.record": types.VisitRecord,
    "visit.correct": types.VisitCorrect,
    "visit.void": types.VisitVoid,
    "day_sheet.set": types.DaySheetSet,
}


@dataclass(frozen=True, slots=True)
class VisitsHandler:
    """Operations of visits and day sheets; decided after those on people, so that new residents are known."""

    order: int = 50
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


VISITS = (
    "id", "household", "on", "outcome", "done_by", "by", "assists", "follow_up_on", "note", "state", "extra",
)  # fmt: skip


def _parts(ids: Sequence[UUID] | None) -> list[dict[str, Any]]:
    return [{}] if ids is None else [{"id__in": part} for part in chunks(ids)]


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _short(value: UUID | None) -> str | None:
    return short(value) if value else None


def load_visits(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of visits, void ones included, of the months from `since` on."""
    rows: dict[UUID, Row] = {}
    for part in _parts(ids):
        found = Visit.objects.filter(cell_id=key, **part)
        if since is not None:
            found = found.filter(on__gte=since)
        for r in found.values_list(
            "id", "household_id", "on", "outcome", "done_by", "author_id", "follow_up_on", "note", "state", "extra"
        ):
            rows[r[0]] = [
                short(r[0]), short(r[1]), _day(r[2]), r[3], _short(r[4]), _short(r[5]), [], _day(r[6]), r[7], r[8],
                orjson.loads(r[9]) if r[9] != "{}" else {},
            ]  # fmt: skip
    for visits in chunks(list(rows)):
        assists = Assist.objects.filter(cell_id=key, visit_id__in=visits, carried=False).order_by("visit_id", "n")
        for visit, resident, service, stage, result in assists.values_list(
            "visit_id", "resident_id", "service_id", "stage", "result"
        ):
            rows[visit][6].append([_short(resident), short(service), stage, result or None])
    return list(rows.values())


def load_calls(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of what is known of the calls at households."""
    return [
        [short(r[0]), _day(r[1]), r[2], _day(r[3]), r[4]]
        for part in _parts(ids)
        for r in Call.objects.filter(cell_id=key, **part).values_list(
            "id", "last_on", "last_outcome", "follow_up_on", "visits"
        )
    ]


def load_progress(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of residents' stages."""
    return [
        [short(r[0]), orjson.loads(r[1])]
        for part in _parts(ids)
        for r in Progress.objects.filter(cell_id=key, **part).values_list("id", "stages")
    ]


def load_day_sheets(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of day sheets, of the months from `since` on."""
    return [
        [short(r[0]), _day(r[1]), short(r[2]), r[3], _short(r[4])]
        for part in _parts(ids)
        for r in DaySheet.objects.filter(cell_id=key, **part, **({"on__gte": since} if since else {})).values_list(
            "id", "on", "service_id", "count", "author_id"
        )
    ]


def _carry(
    writer: Writer, header: Header, household: UUID, origin: UUID, residents: Sequence[UUID], to: UUID, day: date
) -> None:
    deciding.carry(writer, header, household, residents, to, day)


def register() -> None:
    """Register collections, operations and what travels along."""
    registry.collection(Collection("visits", "cell", VISITS, load_visits, day_field=2))
    registry.collection(
        Collection("calls", "cell", ("id", "last_on", "last_outcome", "follow_up_on", "visits"), load_calls)
    )
    registry.collection(Collection("progress", "cell", ("id", "stages"), load_progress))
    registry.collection(
        Collection("day_sheets", "cell", ("id", "on", "service", "count", "by"), load_day_sheets, day_field=1)
    )
    registry.handler(VisitsHandler())
    people_registry.carriers.append(_carry)
    people_registry.visits_of.append(selectors.visits_with)
