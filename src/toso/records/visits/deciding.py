"""How each act of a visit is decided, on what a batch has read once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import orjson

from toso.engine.journal import selectors as journal
from toso.engine.journal.services import Writer
from toso.engine.journal.types import Data, Entry, Touch, cell_stream
from toso.engine.sync.types import Act, Header, RouteChanged
from toso.kernel.ids import parse_id, short
from toso.kernel.problems import Problem
from toso.registers.catalogue import selectors as catalogue
from toso.registers.catalogue.types import ServiceView
from toso.registers.people import selectors as people
from toso.registers.people.types import Place
from toso.registers.roles.access import standings
from toso.registers.roles.types import Standing

from . import rules, selectors
from .types import AssistGiven, Fields

EXTRA_LIMIT = 2000


@dataclass(slots=True)
class Work:
    """Everything a batch of visit acts needs, read once."""

    writer: Writer
    services: Mapping[UUID, ServiceView]
    places: Mapping[UUID, Place]
    residents: Mapping[UUID, set[UUID]]
    erased: set[UUID]
    visits: dict[UUID, dict[str, Any]]
    standings: Mapping[UUID, Standing]
    bases: Mapping[tuple[str, int], int]
    cells: Mapping[UUID, UUID]
    late: dict[tuple[UUID, UUID], set[UUID]] = field(default_factory=dict)
    headers: dict[UUID, Header] = field(default_factory=dict)
    known: dict[UUID, frozenset[UUID]] = field(default_factory=dict)

    def stream(self, cell: UUID) -> str:
        """The locked stream of a cell. Raises RouteChanged when it is not locked."""
        name = cell_stream(cell)
        if name not in self.writer.streams:
            raise RouteChanged(name)
        return name

    def may_write(self, header: Header, cell: UUID) -> None:
        """Raises the Problem that keeps this author from writing to the cell."""
        if header.released:
            return
        user = header.author.user_id
        standing = self.standings.get(user) if user else None
        if standing is None:
            raise Problem("cell_not_yours")
        base = self.bases.get((cell_stream(cell), header.base_seq), 0 if header.base_seq == 0 else None)
        problem = standing.refusal(cell, header.happened_on, base, self.writer.now)
        if problem is not None:
            raise problem

    def known_in(self, cell: UUID) -> frozenset[UUID]:
        """Residents of the batch that this cell knows."""
        if cell not in self.known:
            self.known[cell] = frozenset(key for key, cells in self.residents.items() if cell in cells)
        return self.known[cell]


def load(writer: Writer, acts: Sequence[Act]) -> Work:
    """Read what these acts need, set by set."""
    households: set[UUID] = set()
    visits: list[UUID] = []
    residents: set[UUID] = set()
    persons: set[UUID] = set()
    for act in acts:
        body, header = act.body, act.header
        if header.author.user_id:
            persons.add(header.author.user_id)
        visits.append(parse_id(body.id))
        if act.kind == "visit.record":
            households.add(parse_id(body.household))
            residents.update(parse_id(a.resident) for a in body.assists if a.resident)
            if body.done_by:
                persons.add(parse_id(body.done_by))
        elif act.kind == "visit.correct":
            fields = _fields(body.set)
            residents.update(parse_id(a.resident) for a in fields.assists or () if a.resident)
            if fields.done_by:
                persons.add(parse_id(fields.done_by))
    sheets = [act.header.cell for act in acts if act.kind == "day_sheet.set" and act.header.cell]
    rows = selectors.visit_rows(visits)
    households |= {row["household_id"] for row in rows.values()}
    positions = {
        (name, act.header.base_seq) for act in acts for name in writer.streams if 0 < act.header.base_seq < 2**53
    }
    found = standings(list(persons))
    ending = any(term.ends is not None for standing in found.values() for term in standing.terms)
    return Work(
        writer,
        catalogue.services(),
        people.places(list(households)),
        people.resident_cells(list(residents)),
        people.erased(list(residents)) if residents else set(),
        rows,
        found,
        journal.appended_at(list(positions)) if positions and ending else {},
        people.living_cells(sheets) if sheets else {},
    )


def _fields(values: Mapping[str, Any]) -> Fields:
    try:
        return msgspec.convert(values, Fields)
    except msgspec.ValidationError:
        raise Problem("value_invalid", field="set") from None


def _done_by(work: Work, text: str | None) -> str | None:
    if text is None:
        return None
    key = parse_id(text)
    if key not in work.standings or not work.standings[key].terms:
        raise Problem("member_unknown", id=text)
    return short(key)


def _note_late(work: Work, header: Header, cell: UUID, place: Place, assists: Sequence[rules.AssistWire]) -> None:
    # A person who has lived in another cell since takes these stages along: that stream learns of them too.
    if place.now == cell and not place.elsewhere:
        return
    touched = work.late.setdefault((place.household_id, cell), set())
    touched.update(parse_id(a[0]) for a in assists if a[0])
    work.headers[place.household_id] = header


def record_visit(work: Work, act: Act) -> Entry:
    """A call at a household, in the cell where the household lived on the day."""
    body, header = act.body, act.header
    record, household = parse_id(body.id), parse_id(body.household)
    place = work.places.get(household)
    if place is None:
        raise Problem("household_unknown", id=body.household)
    cell = place.cell_on(header.happened_on)
    work.may_write(header, cell)
    if record in work.visits:
        raise Problem("already_exists")
    assists = rules.checked_assists(body.assists, work.services, work.known_in(cell), work.erased, header.happened_on)
    if assists and body.outcome != "met":
        raise Problem("value_invalid", field="assists")
    data: Data = {"household": short(household), "outcome": body.outcome}
    values = {
        "assists": assists,
        "done_by": _done_by(work, body.done_by),
        "follow_up_on": rules.checked_day(body.follow_up_on, "follow_up_on"),
        "note": rules.checked_note(body.note),
        "extra": _extra(act),
    }
    data.update({name: value for name, value in values.items() if value})
    touches: list[Touch] = [("visits", record), ("calls", household)]
    touches += [("progress", key) for key in dict.fromkeys(parse_id(a[0]) for a in assists if a[0])]
    entry = work.writer.append(work.stream(cell), header.draft("visit.recorded", record, data, touches))
    work.visits[record] = {"id": record, "cell_id": cell, "household_id": household, "state": "ok", "fresh": entry}
    _note_late(work, header, cell, place, assists)
    return entry


def _extra(act: Act) -> Data:
    extra = dict(act.extra)
    if extra and len(orjson.dumps(extra)) > EXTRA_LIMIT:
        raise Problem("text_too_long", field="extra", limit=EXTRA_LIMIT)
    return extra


def _own_visit(work: Work, act: Act) -> dict[str, Any]:
    row = work.visits.get(parse_id(act.body.id))
    if row is None:
        raise Problem("visit_unknown", id=act.body.id)
    work.may_write(act.header, row["cell_id"])
    if row["state"] == "void":
        raise Problem("already_void")
    return row


def _touches(work: Work, row: Mapping[str, Any], assists: Sequence[rules.AssistWire] = ()) -> list[Touch]:
    work.writer.flush()
    before = selectors.residents_helped(row["cell_id"], row["id"])
    after = [parse_id(a[0]) for a in assists if a[0]]
    touches: list[Touch] = [("visits", row["id"]), ("calls", row["household_id"])]
    return touches + [("progress", key) for key in dict.fromkeys([*before, *after])]


def correct_visit(work: Work, act: Act) -> Entry:
    """Fields of a visit set right; unknown fields are kept in `extra` of the entry."""
    row = _own_visit(work, act)
    given = act.body.set
    fields = _fields(given)
    cell, header = row["cell_id"], act.header
    values: Data = {}
    on = header.happened_on
    if "on" in given:
        values["on"] = rules.checked_day(fields.on, "on")
        place = work.places[row["household_id"]]
        if values["on"] is None or date.fromisoformat(values["on"]) > on:
            raise Problem("day_in_future")
        if place.cell_on(date.fromisoformat(values["on"])) != cell:
            raise Problem("day_invalid")
        on = date.fromisoformat(values["on"])
    if "outcome" in given and fields.outcome:
        values["outcome"] = fields.outcome
    if "done_by" in given:
        values["done_by"] = _done_by(work, fields.done_by)
    if "follow_up_on" in given:
        values["follow_up_on"] = rules.checked_day(fields.follow_up_on, "follow_up_on")
    if "note" in given and fields.note is not None:
        values["note"] = rules.checked_note(fields.note)
    assists: list[rules.AssistWire] = []
    if "assists" in given and fields.assists is not None:
        assists = _checked(work, fields.assists, cell, on)
        values["assists"] = assists
    if not values:
        raise Problem("value_invalid", field="set")
    touches = _touches(work, row, assists)
    data: Data = {"household": short(row["household_id"]), "set": values}
    entry = work.writer.append(work.stream(cell), header.draft("visit.corrected", row["id"], data, touches))
    _late_of(work, header, row, touches)
    return entry


def _checked(work: Work, given: Sequence[AssistGiven], cell: UUID, on: date) -> list[rules.AssistWire]:
    return rules.checked_assists(given, work.services, work.known_in(cell), work.erased, on)


def _late_of(work: Work, header: Header, row: Mapping[str, Any], touches: Sequence[Touch]) -> None:
    place = work.places[row["household_id"]]
    helped = [[short(key)] for collection, key in touches if collection == "progress"]
    _note_late(work, header, row["cell_id"], place, helped)


def void_visit(work: Work, act: Act) -> Entry:
    """A visit that did not happen: it stays readable and counts no more."""
    row = _own_visit(work, act)
    touches = _touches(work, row)
    data: Data = {"household": short(row["household_id"]), "reason": rules.checked_note(act.body.reason)}
    entry = work.writer.append(work.stream(row["cell_id"]), act.header.draft("visit.voided", row["id"], data, touches))
    row["state"] = "void"
    _late_of(work, act.header, row, touches)
    return entry


def set_day_sheet(work: Work, act: Act) -> Entry:
    """So many were helped with a service on the day, by the paper; a later count replaces it."""
    header, body = act.header, act.body
    cell = work.cells.get(header.cell) if header.cell else None
    if cell is None or cell_stream(cell) not in work.writer.streams:
        raise Problem("cell_not_yours")
    work.may_write(header, cell)
    service = work.services.get(parse_id(body.service))
    if service is None:
        raise Problem("service_unknown", id=body.service)
    if not service.offered(header.happened_on):
        raise Problem("service_not_offered", id=body.service)
    if not 0 <= body.count <= rules.COUNT_MAX:
        raise Problem("value_invalid", field="count")
    record = rules.day_sheet_id(cell, header.happened_on, service.id)
    data: Data = {"service": short(service.id), "count": body.count}
    return work.writer.append(work.stream(cell), header.draft("day_sheet.set", record, data, (("day_sheets", record),)))


def carry_on(work: Work) -> None:
    """Tell the cells where a household has lived otherwise what was recorded late about its people."""
    if not work.late:
        return
    work.writer.flush()
    for (household, cell), residents in work.late.items():
        for other in sorted(work.places[household].cells - {cell}):
            if cell_stream(other) in work.writer.streams:
                carry(work.writer, work.headers[household], household, list(residents), other, None)


def carry(
    writer: Writer, header: Header, household: UUID, residents: Sequence[UUID], to: UUID, day: date | None
) -> None:
    """Append to a cell's stream what happened to these residents in other cells, replacing what it was told before."""
    told: dict[str, list[list[Any]]] = {short(key): [] for key in residents}
    for cell, resident, row in selectors.own_assists_of(residents):
        if cell != to:
            on, service, stage, visit, n, op_id = row
            told[short(resident)].append([on.isoformat(), short(service), stage, short(visit), n, short(op_id)])
    data: Data = {"residents": told, "call": selectors.last_call_elsewhere(household, to)}
    touches: list[Touch] = [("calls", household), *(("progress", key) for key in residents)]
    writer.append(cell_stream(to), header.draft("progress.carried", household, data, touches, day))


DECIDERS: dict[str, Callable[[Work, Act], Entry]] = {
    "visit.record": record_visit,
    "visit.correct": correct_visit,
    "visit.void": void_visit,
    "day_sheet.set": set_day_sheet,
}
