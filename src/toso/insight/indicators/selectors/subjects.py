"""Subjects and their dated histories, read set by set from people, visits and teams."""

from binascii import a2b_base64
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from toso.kernel.ids import short
from toso.records.visits import selectors as visits
from toso.registers.catalogue import selectors as catalogue
from toso.registers.people import selectors as people
from toso.registers.teams import selectors as teams

from ..rules.definitions import GUIDING_GROUPS, declared_as
from ..rules.steps import (
    GROUP_MEMBERS,
    GROUPS,
    MEMBERS,
    OPEN,
    TEAMS,
    Assist,
    Household,
    Resident,
    Span,
    Step,
    declared_steps,
    ethnicity_steps,
    joined,
    level,
    presence,
    visit_steps,
)

Key = tuple[bytes, bytes]
Line = tuple[bytes, int, bytes]
_DAYS: dict[str, int] = {}


def day(text: str) -> int:
    """The ordinal of a day written in ISO form."""
    found = _DAYS.get(text)
    if found is None:
        found = _DAYS[text] = date.fromisoformat(text).toordinal()
    return found


_TEXTS: dict[int, str] = {}


def iso(ordinal: int) -> str:
    """A day in ISO form, of its ordinal."""
    found = _TEXTS.get(ordinal)
    if found is None:
        found = _TEXTS[ordinal] = date.fromordinal(ordinal).isoformat()
    return found


def span(start: str, end: str | None) -> Span:
    """A stay as ordinals."""
    return day(start), OPEN if end is None else day(end)


def guiding() -> frozenset[bytes]:
    """The services that make a person `guided`."""
    return frozenset(key.bytes for key, service in catalogue.services().items() if service.group in GUIDING_GROUPS)


def households(keys: Sequence[Key]) -> dict[Key, Household]:
    """Histories of these (cell, household), without their first calls."""
    return {(row[0], row[1]): _household(row) for row in people.household_histories(keys)}


def households_of(cells: Sequence[bytes]) -> dict[Key, Household]:
    """Histories of all households of these cells, with their first calls."""
    found = {(row[0], row[1]): _household(row) for row in people.household_histories_of(cells)}
    for key, on in visits.first_calls_of(cells).items():
        if key in found:
            found[key].first_call = on
    return found


def add_first_calls(found: Mapping[Key, Household], keys: Sequence[Key], without: Collection[bytes] = ()) -> None:
    """Fill in the first calls of these households; visits in `without` do not count."""
    for cell, key, on, visit in visits.calls_at(keys):
        home = found.get((cell, key))
        if home is not None and visit not in without and (home.first_call is None or on < home.first_call):
            home.first_call = on


def last_calls(keys: Sequence[Key]) -> dict[Key, int]:
    """The last call at each of these households, where one is known."""
    return {(cell, key): on for cell, key, on in visits.last_calls(keys)}


def _household(row: tuple[Any, ...]) -> Household:
    history = orjson.loads(row[3])
    return Household(
        [span(start, end) for start, end in orjson.loads(row[2])],
        [(day(on), value) for on, value in history.get("people", ())],
        [(day(on), value) for on, value in history.get("zalo_news", ())],
    )


@dataclass(slots=True)
class Groups:
    """Residents by (cell, record that stands), and (cell, member) → (cell, record that stands)."""

    by_root: dict[Key, Resident] = field(default_factory=dict)
    root_of: dict[Key, Key] = field(default_factory=dict)


def residents(keys: Sequence[Key]) -> Groups:
    """The groups of these (cell, resident), with the assists of all members."""
    found = groups(keys)
    add_assists(found, list(found.root_of))
    return found


def groups(keys: Sequence[Key]) -> Groups:
    """The groups of these (cell, resident), without assists."""
    return _groups(people.resident_histories(keys)) if keys else Groups()


def add_assists(found: Groups, members: Sequence[Key], without: Collection[bytes] = ()) -> None:
    """Fill in the assists of these members; those of operations in `without` do not count."""
    rows = visits.assist_histories(members)
    _add_assists(found, [row for row in rows if row[5] not in without] if without else rows)


Stages = dict[str, tuple[str, str]]
"""Service, in short form → (stage, day in ISO form), as they are kept: few of them are ever looked at."""
_SERVICES: dict[str, bytes] = {}
_SHORT: dict[bytes, str] = {}


def stages_known(roots: Sequence[Key]) -> dict[Key, Stages]:
    """The stage and day of the latest assist with each service of these groups, where stages are kept (only of those
    present)."""
    return {(cell, key): orjson.loads(text) for cell, key, text in visits.stages_known(roots)}


def short_service(service: bytes) -> str:
    """The short form of a service's id."""
    known = _SHORT.get(service)
    if known is None:
        known = _SHORT[service] = short(UUID(bytes=service))
    return known


def service_id(text: str) -> bytes:
    """The 16 bytes of a service's id; there are few of them."""
    known = _SERVICES.get(text)
    if known is None:
        known = _SERVICES[text] = raw_id(text)
    return known


def residents_of(cells: Sequence[bytes]) -> Groups:
    """All groups of these cells."""
    found = _groups(people.resident_histories_of(cells))
    _add_assists(found, visits.assist_histories_of(cells))
    return found


def _groups(rows: Iterable[tuple[Any, ...]]) -> Groups:
    found = Groups()
    for cell, key, alias, stays in rows:
        root = (cell, alias or key)
        found.root_of[(cell, key)] = root
        own = [(raw_id(home), *span(start, end)) for home, start, end in orjson.loads(stays)]
        known = found.by_root.get(root)
        if known is None:
            found.by_root[root] = Resident(own, {}, frozenset((key,)))
        else:
            known.stays = [*known.stays, *own]
            known.members |= {key}
    return found


def raw_id(text: str) -> bytes:
    """The 16 bytes of an id in short form."""
    return a2b_base64(text.replace("-", "+").replace("_", "/") + "==")


def _add_assists(groups: Groups, rows: Iterable[tuple[Any, ...]]) -> None:
    for cell, resident, service, stage, on, op_id, n in rows:
        root = groups.root_of.get((cell, resident))
        if root is not None:
            own: Assist = (on, op_id, n, stage)
            assists = groups.by_root[root].assists
            if service in assists:
                assists[service].append(own)
            else:
                assists[service] = [own]


@dataclass(slots=True)
class Visits:
    """Steps of visits by (cell, visit), and the day-sheet lines that their assists stand on."""

    steps: dict[Key, list[Step]] = field(default_factory=dict)
    lines: dict[Key, list[tuple[int, bytes]]] = field(default_factory=dict)


def visits_by_key(keys: Sequence[Key]) -> Visits:
    """Those of these (cell, visit) that stand."""
    return _visits(visits.visits_by_key(keys), visits.help_given(keys))


def visits_of(cells: Sequence[bytes]) -> Visits:
    """All visits of these cells that stand."""
    return _visits(visits.visits_by_cell(cells), visits.help_given_in(cells))


def _visits(rows: Iterable[tuple[Any, ...]], given: Iterable[tuple[Any, ...]]) -> Visits:
    found = Visits()
    for cell, visit, on, service in given:
        found.lines.setdefault((cell, visit), []).append((on, service))
    for cell, visit, _, on, outcome in rows:
        services = [service for _, service in found.lines.get((cell, visit), ())]
        found.steps[(cell, visit)] = visit_steps(on, outcome, services)
    return found


def lines(keys: Iterable[Line]) -> dict[Line, int]:
    """Counts of those of these day-sheet lines that exist."""
    wanted = set(keys)
    days = list(dict.fromkeys((cell, on) for cell, on, _ in wanted))
    found = {(cell, on, service): count for cell, on, service, count in visits.lines_of(days)}
    return {key: count for key, count in found.items() if key in wanted}


def lines_of(cells: Sequence[bytes]) -> dict[Line, int]:
    """Counts of all day-sheet lines of these cells."""
    return {(cell, on, service): count for cell, on, service, count in visits.lines_in(cells)}


def recorded(keys: Iterable[Line]) -> dict[Line, int]:
    """How many assists are recorded for each of these lines."""
    counts: dict[Line, int] = {}
    for cell, on, service in visits.recorded_on_lines(list(keys)):
        line = (cell, on, service)
        counts[line] = counts.get(line, 0) + 1
    return counts


def unit_steps(unit_ids: Sequence[UUID]) -> dict[UUID, list[Step]]:
    """Steps of the own facts of units: teams, members, groups, hamlet aggregates, opening figures."""
    steps: dict[UUID, list[Step]] = {unit: [] for unit in unit_ids}
    lives = {(t.unit_id, t.id): _span(t.starts, t.ends) for t in teams.teams_of(unit_ids)}
    for (unit, _), life in lives.items():
        steps[unit] += presence(TEAMS, joined([life]))
    times: dict[tuple[UUID, UUID, UUID], list[Span]] = {}
    for member in teams.members_of(unit_ids):
        own = _within(_span(member.starts, member.ends), lives.get((member.unit_id, member.team_id)))
        times.setdefault((member.unit_id, member.team_id, member.id), []).append(own)
    for (unit, _, _), spans in times.items():
        steps[unit] += presence(MEMBERS, joined(spans))
    for group in teams.groups_of(unit_ids):
        life = _within(_span(group.starts, group.ends), lives.get((group.unit_id, group.team_id)))
        counts = [(on.toordinal(), members) for on, members in group.counts]
        steps[group.unit_id] += presence(GROUPS, joined([life]))
        if counts:
            # Nobody knows how many there were before the first count.
            steps[group.unit_id] += level(GROUP_MEMBERS, joined([(max(life[0], counts[0][0]), life[1])]), counts)
    aggregates: dict[UUID, list[tuple[str, int, int]]] = {}
    for unit, name, on, number in teams.ethnicity_of(unit_ids):
        aggregates.setdefault(unit, []).append((name, on.toordinal(), number))
    for unit, own_counts in aggregates.items():
        steps[unit] += ethnicity_steps(own_counts)
    for unit, figures in opening_figures(unit_ids).items():
        steps[unit] += declared_steps(figures)
    return steps


def _span(starts: date, ends: date | None) -> Span:
    return starts.toordinal(), OPEN if ends is None else ends.toordinal()


def _within(own: Span, life: Span | None) -> Span:
    return own if life is None else (max(own[0], life[0]), min(own[1], life[1]))


def opening_figures(unit_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, int, int]]]:
    """Opening figures that stand, by unit: (indicator that they belong to, value, from day on), in order."""
    found: dict[UUID, list[tuple[str, int, int]]] = {}
    for unit, indicator, value, on in visits.figures_declared(unit_ids):
        found.setdefault(unit, []).append((declared_as(indicator), value, on.toordinal()))
    return found


def tenants(keys: Iterable[Key]) -> list[Key]:
    """Everybody who ever lived in one of these (cell, household)."""
    wanted = set(keys)
    cells = {cell: [UUID(bytes=home) for at, home in wanted if at == cell] for cell, _ in wanted}
    found = [(c, key.bytes) for c, own in cells.items() for key in people.residents_in(UUID(bytes=c), own)]
    for cell, key, _, stays in people.resident_histories_of(list(cells), moved=True):
        if any((cell, raw_id(home)) in wanted for home, _, _ in orjson.loads(stays)):
            found.append((cell, key))
    return found
