"""Pure decisions about visits: stages, last calls, deterministic ids, checks of content."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from toso.kernel.ids import parse_id, short
from toso.kernel.problems import Problem
from toso.kernel.text import nfc
from toso.registers.catalogue.types import ServiceView

from .types import AssistGiven

NOTE_LIMIT = 280
ASSISTS_MAX = 60
COUNT_MAX = 2000

AssistWire = list[Any]


Standing = dict[str, tuple[str, str, UUID]]


def advance(standing: Standing, assists: Iterable[tuple[str, str, str, UUID]]) -> Standing:
    """Stages by service after some assists, given as (service, stage, day, operation): the latest by (day, operation).

    The order in which assists arrive does not matter.
    """
    for service, stage, on, op_id in assists:
        known = standing.get(service)
        if known is None or (on, op_id) >= (known[1], known[2]):
            standing[service] = (stage, on, op_id)
    return standing


def day_sheet_id(cell_id: UUID, on: date, service_id: UUID) -> UUID:
    """One line of a day sheet: a cell, a day, a service."""
    return uuid5(cell_id, f"{on.isoformat()} {service_id}")


def checked_assists(
    given: Sequence[AssistGiven],
    services: Mapping[UUID, ServiceView],
    residents: AbstractSet[UUID],
    erased: set[UUID],
    on: date,
) -> list[AssistWire]:
    """Assists as entries hold them: [resident or null, service, stage, result or null].

    `residents`: those known in the cell. An erased resident becomes an unnamed person. Raises Problem service_unknown,
    service_not_offered, stage_unknown, resident_unknown, value_invalid.
    """
    if len(given) > ASSISTS_MAX:
        raise Problem("value_invalid", field="assists")
    checked: list[AssistWire] = []
    for assist in given:
        service = services.get(_id(assist.service, "service"))
        if service is None:
            raise Problem("service_unknown", id=assist.service)
        if not service.offered(on):
            raise Problem("service_not_offered", id=assist.service)
        if assist.stage not in service.stage_codes:
            raise Problem("stage_unknown", stage=assist.stage[:24])
        resident: str | None = None
        if assist.resident is not None:
            key = _id(assist.resident, "resident")
            if key not in erased:
                if key not in residents:
                    raise Problem("resident_unknown", id=assist.resident)
                resident = short(key)
        checked.append([resident, short(service.id), assist.stage, assist.result])
    return checked


def _id(text: str, name: str) -> UUID:
    try:
        return parse_id(text)
    except ValueError:
        raise Problem("value_invalid", field=name) from None


def checked_note(text: str) -> str:
    """A note in normal form. Raises Problem text_too_long."""
    if not text:
        return ""
    note = nfc(text)
    if len(note) > NOTE_LIMIT:
        raise Problem("text_too_long", field="note", limit=NOTE_LIMIT)
    return note


def checked_day(text: str | None, name: str) -> str | None:
    """A day as ISO text. Raises Problem value_invalid."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Problem("value_invalid", field=name) from None
