"""Writes of terms: start, end, pass on after a reorganisation.

All acts of a call stand or fall together. Each service takes an open `writer` instead of its own transaction; it
must hold the streams that the service's `streams_…` function names.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from toso.engine.journal.services import Writer, writing
from toso.engine.journal.types import Author, Draft, Touch, unit_stream
from toso.kernel import hlc
from toso.kernel.clock import vn_day
from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem
from toso.registers.places import selectors as places

from . import selectors
from .types import LEVEL_OF, EndTerm, PassedOn, PassOn, StartTerm, TermView


@contextmanager
def _open(streams: Sequence[str], writer: Writer | None) -> Iterator[Writer]:
    if writer is not None:
        yield writer
        return
    with writing(streams) as own:
        yield own


def _touches(given: Sequence[Touch] | None, team_id: UUID | None, person_id: UUID) -> Sequence[Touch]:
    if given is not None:
        return given
    return (("members", person_id),) if team_id else ()


def _append(
    writer: Writer, kind: str, term_id: UUID, unit_id: UUID, author: Author, data: dict[str, Any], touches: Sequence[Touch]
) -> None:  # fmt: skip
    writer.append(
        unit_stream(unit_id),
        Draft(
            kind=kind, record_id=term_id, op_id=new_id(), author=author, made_at=hlc.pack(writer.now),
            happened_on=vn_day(writer.now), touches=touches,
            data={key: value for key, value in data.items() if value is not None},
        ),
    )  # fmt: skip


def streams_of_starts(acts: Sequence[StartTerm]) -> list[str]:
    """The streams that `start_terms` writes to."""
    return sorted({unit_stream(act.unit_id) for act in acts})


def streams_of_ends(acts: Sequence[EndTerm]) -> list[str]:
    """The streams that `end_terms` writes to. Raises Problem member_unknown."""
    return sorted({unit_stream(term.unit_id) for term in _known(acts).values()})


def _known(acts: Sequence[EndTerm]) -> dict[UUID, TermView]:
    known = selectors.terms([act.term_id for act in acts])
    for act in acts:
        if act.term_id not in known:
            raise Problem("member_unknown", id=short(act.term_id))
    return known


def start_terms(*, acts: Sequence[StartTerm], author: Author, writer: Writer | None = None) -> list[UUID]:
    """Let persons take up roles; answers the terms' ids.

    Raises Problem unit_unknown, unit_not_on_boundaries (the unit does not exist on the first day), day_invalid (ends
    before it starts), value_invalid (an official's role at a unit of another level).
    """
    lives = places.lives([act.unit_id for act in acts])
    for act in acts:
        life = lives.get(act.unit_id)
        if life is None:
            raise Problem("unit_unknown")
        if not life.starts <= act.starts < life.ends:
            places.require_unit(act.unit_id, act.starts)
        if act.ends is not None and act.ends < act.starts:
            raise Problem("day_invalid")
        if LEVEL_OF.get(act.role, life.level) is not life.level:
            raise Problem("value_invalid", field="role")
    with _open(streams_of_starts(acts), writer) as open_writer:
        for act in acts:
            _start(open_writer, act, author)
        open_writer.flush()
    return [act.id for act in acts]


def _start(writer: Writer, act: StartTerm, author: Author) -> None:
    data = {
        "person": short(act.person_id), "role": act.role.value, "starts": act.starts.isoformat(),
        "ends": act.ends.isoformat() if act.ends else None, "team": short(act.team_id) if act.team_id else None,
        "successor_of": short(act.successor_of) if act.successor_of else None,
    }  # fmt: skip
    touches = _touches(act.touches, act.team_id, act.person_id)
    _append(writer, "term.started", act.id, act.unit_id, author, data, touches)


def end_terms(*, acts: Sequence[EndTerm], author: Author, writer: Writer | None = None) -> None:
    """End terms, or bring a known end forward.

    Raises Problem member_unknown, day_invalid (before its first day, or not before the end already known).
    """
    with _open([] if writer else streams_of_ends(acts), writer) as open_writer:
        known = _known(acts)
        for act in acts:
            term = known[act.term_id]
            if act.ends < term.starts or (term.ends is not None and act.ends >= term.ends):
                raise Problem("day_invalid")
            known[act.term_id] = replace(term, ends=act.ends)
            touches = _touches(act.touches, term.team_id, term.person_id)
            _append(open_writer, "term.ended", term.id, term.unit_id, author, {"on": act.ends.isoformat()}, touches)
        open_writer.flush()


def streams_of_passing(acts: Sequence[PassOn]) -> list[str]:
    """The streams that `pass_on_roles` writes to, once the reorganisation is entered: ended units with running
    terms, and their successors."""
    units: set[UUID] = set()
    for act in acts:
        running = _running(act)
        units.update(running)
        if running:
            heirs = places.successors_of(list(running), act.on)
            units.update(heir.id for found in heirs.values() for heir in found)
    return sorted(unit_stream(unit) for unit in units)


def _running(act: PassOn) -> dict[UUID, list[TermView]]:
    """The terms that run on the day at units that ended then."""
    units = places.ended_on(act.on) if act.units is None else act.units
    return {unit: terms for unit, terms in selectors.terms_at(units, act.on).items() if terms}


def pass_on_roles(*, acts: Sequence[PassOn], author: Author, writer: Writer | None = None) -> list[PassedOn]:
    """After a reorganisation: pass running terms at ended units on, close them, or leave them; answers each fate.

    With a `writer`, the reorganisation must have been flushed.
    """
    with _open([] if writer else streams_of_passing(acts), writer) as open_writer:
        fates: list[PassedOn] = []
        for act in acts:
            running = _running(act)
            heirs = places.successors_of(list(running), act.on)
            levels = places.lives(list(running))
            for unit, terms in running.items():
                same = [heir.id for heir in heirs[unit] if heir.level is levels[unit].level]
                fates.extend(_pass(open_writer, act, term, same, author) for term in terms)
            open_writer.flush()
        return fates


def _pass(writer: Writer, act: PassOn, term: TermView, heirs: Sequence[UUID], author: Author) -> PassedOn:
    touches = _touches(None, term.team_id, term.person_id)
    on = act.on.isoformat()
    if term.role in act.close:
        _append(writer, "term.ended", term.id, term.unit_id, author, {"on": on}, touches)
        return PassedOn(term.id, "closed")
    if term.role not in act.roles or len(heirs) != 1 or heirs[0] == term.unit_id:
        return PassedOn(term.id, "kept")
    following = StartTerm(
        person_id=term.person_id, role=term.role, unit_id=heirs[0], starts=act.on, ends=term.ends,
        team_id=term.team_id, successor_of=term.id,
    )  # fmt: skip
    data = {"on": on, "to": short(following.id), "unit": short(heirs[0])}
    _append(writer, "term.passed_on", term.id, term.unit_id, author, data, touches)
    _start(writer, following, author)
    return PassedOn(term.id, "passed", following.id, heirs[0])
