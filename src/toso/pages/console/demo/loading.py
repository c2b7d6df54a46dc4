"""Load the demonstration through the same services that phones and offices use, in order of time."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from toso.engine.journal.types import Author
from toso.engine.sync.types import Header
from toso.kernel.clock import day_start_ms, frozen, today, vn_day
from toso.kernel.hlc import pack
from toso.records.visits.services import declare_opening_figures
from toso.records.visits.types import OpeningFigureAct
from toso.registers.catalogue import selectors as catalogue
from toso.registers.catalogue.services import seed_services
from toso.registers.places import selectors as places
from toso.registers.places.services import create_units, seed_soc_trang
from toso.registers.places.types import Level, NewUnit
from toso.registers.roles.services import start_terms
from toso.registers.roles.types import Role, StartTerm
from toso.registers.teams.services import act_on_teams
from toso.registers.teams.types import CountEthnicity, CountGroup, FoundTeam, JoinTeam, LeaveTeam, OpenGroup, TeamAct

from . import facts, merger, signing_in, trouble
from .batches import batches, send
from .dice import HOUR, Dice, divided
from .homes import Home, plan_homes
from .life import Event, Life
from .province import HamletPlan, ProvincePlan, TeamPlan, plan_province
from .timetable import Calendar, cuts

Progress = Callable[[str], None]
PAPERS: Final = date(2024, 1, 2)
COUNTS: Final = (date(2024, 9, 22), date(2025, 3, 20), date(2026, 8, 20))
DECLARED: Final = date(2024, 6, 30)


class CutOff(Exception):
    """Loading was cut off earlier."""

    def __init__(self) -> None:
        super().__init__(
            "The demonstration data was cut off while it was loading and is not whole. "
            "Start over: `make demo-reset`, then `make demo`."
        )


@dataclass(slots=True)
class Summary:
    """What was loaded, until which day, in how many seconds."""

    end: date
    units: int = 0
    teams: int = 0
    members: int = 0
    hamlets: int = 0
    households: int = 0
    residents: int = 0
    visits: int = 0
    acts: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Loading:
    """One run: what the steps hand on to each other."""

    progress: Progress
    end: date
    summary: Summary
    office: UUID = field(default_factory=lambda: signing_in.PROVINCE.id)
    waiting: list[Event] = field(default_factory=list)
    homes: dict[UUID, list[Home]] = field(default_factory=dict)

    def header(self, at: int, author: UUID | None = None) -> Header:
        """An act of an office at a moment."""
        return Header(Dice("office", at, author).id_at(at), Author(author or self.office), pack(at), vn_day(at), 2**53)


def load(progress: Progress = print, end: date | None = None) -> Summary:
    """Load everything that stands until `end` (by default yesterday). For an empty database.

    Raises CutOff when a run before this one did not come to its end.
    """
    if places.by_code(facts.PROVINCE, facts.FACTS_DAY) is not None:
        raise CutOff
    began = time.perf_counter()
    end = end or today() - timedelta(days=1)
    run = Loading(progress, end, Summary(end))
    progress("Units: Sóc Trăng with its 11 districts, 108 communes and their hamlets")
    plan = _units(run)
    progress(f"Teams: {facts.TEAMS} teams with {facts.MEMBERS:,} members, groups, offices")
    _offices(plan)
    _teams(run, plan)
    _declare(run, plan)
    _long_phu(run, plan)
    _changes(run, plan, None, min(end, facts.MERGER - timedelta(days=1)))
    if end >= facts.MERGER:
        progress("1 July 2025: 108 communes become 43, districts end, roles are passed on")
        merger.reorganise(plan, run.header(day_start_ms(facts.MERGER) + 8 * HOUR))
    progress(f"Life goes on until {end:%d/%m/%Y}")
    _changes(run, plan, facts.MERGER, end)
    _after(run)
    trouble.leave(plan, run.homes, end)
    with transaction.atomic():
        signing_in.create()
    run.summary.seconds = time.perf_counter() - began
    progress(
        f"Done: {run.summary.households:,} households, {run.summary.residents:,} residents, "
        f"{run.summary.visits:,} visits in {run.summary.seconds:.0f} seconds"
    )
    return run.summary


def _units(run: Loading) -> ProvincePlan:
    at = day_start_ms(date(2022, 9, 26)) + 8 * HOUR
    author = Author(run.office)
    with frozen(at):
        seed_soc_trang(author=author)
        seed_services(author=run.office)
        units = places.units(facts.FACTS_DAY, limit=None)
        # By code: names repeat, and what has one name has no order of its own.
        plan = plan_province(sorted(units, key=lambda unit: (unit.level.rank, unit.code)))
        acts = [
            NewUnit(
                level=Level.HAMLET, kind=hamlet.kind, name_vi=hamlet.name, parent_id=plan.units[hamlet.commune].id,
                cell_id=hamlet.cell, id=hamlet.id,
            )
            for hamlets in plan.hamlets.values()
            for hamlet in hamlets
        ]  # fmt: skip
        create_units(acts=acts, author=author)
    run.summary.hamlets = len(acts)
    run.summary.units = len(plan.units) + len(acts)
    return plan


def _offices(plan: ProvincePlan) -> None:
    """The officials who sign in: at the province, at Long Phú, at Trường Khánh."""
    at = day_start_ms(facts.FIRST_DAY) + 7 * HOUR
    offices = (
        (signing_in.PROVINCE, Role.PROVINCE_OFFICIAL, facts.PROVINCE),
        (signing_in.DISTRICT, Role.DISTRICT_OFFICIAL, facts.DISTRICT),
        (signing_in.COMMUNE, Role.COMMUNE_OFFICIAL, facts.COMMUNE),
    )
    acts = [
        StartTerm(
            person_id=account.id, role=role, unit_id=plan.units[code].id, starts=facts.FIRST_DAY,
            id=Dice("term", account.username).id_at(at),
        )
        for account, role, code in offices
    ]  # fmt: skip
    with frozen(at):
        start_terms(acts=acts, author=Author(None))


def _districts(plan: ProvincePlan) -> Iterable[tuple[TeamPlan, list[HamletPlan], list[TeamPlan]]]:
    """District by district: its own team, its hamlets, and all its teams."""
    for code, unit in plan.units.items():
        if unit.level is Level.DISTRICT:
            communes = [key for key, view in plan.units.items() if view.parent_id == unit.id]
            hamlets = [hamlet for key in communes for hamlet in plan.hamlets[key]]
            teams = [plan.teams[code], *(plan.teams[key] for key in communes)]
            teams += [hamlet.team for hamlet in hamlets if hamlet.team]
            yield plan.teams[code], hamlets, teams


def _teams(run: Loading, plan: ProvincePlan) -> None:
    for _, hamlets, teams in _districts(plan):
        _act_on_teams(run, [_founding(team) for team in teams if team.founded < facts.FACTS_DAY])
        papers: list[TeamAct] = [
            CountEthnicity(hamlet.id, group, people, max(PAPERS, hamlet.starts or PAPERS))
            for hamlet in hamlets
            for group, people in hamlet.ethnicity.items()
        ]
        papers += [
            OpenGroup(group.id, team.id, team.unit_id, group.name, group.topic, group.opened)
            for team in teams
            for group in team.groups
        ]
        _act_on_teams(run, papers + _counts(teams, 0, COUNTS[0]), COUNTS[0])
        run.summary.teams += len(teams)
        run.summary.members += sum(len(team.members) for team in teams)


def _founding(team: TeamPlan) -> FoundTeam:
    return FoundTeam(team.id, team.unit_id, team.name, team.founded, team.members, team.decision)


def _counts(teams: Iterable[TeamPlan], after: int, until: date) -> list[TeamAct]:
    since = COUNTS[after - 1] if after else date.min
    return [
        CountGroup(group.id, team.unit_id, members, on)
        for team in teams
        for group in team.groups
        for on, members in group.counts
        if since < on <= until
    ]


def _act_on_teams(run: Loading, acts: list[TeamAct] | list[FoundTeam], day: date | None = None) -> None:
    """Decide acts on teams at the end of the last of their days."""
    if acts:
        last = day or max(act.starts for act in acts if isinstance(act, FoundTeam | JoinTeam))
        at = day_start_ms(last) + 17 * HOUR
        with frozen(at):
            act_on_teams(acts=acts, header=run.header(at))


def _declare(run: Loading, plan: ProvincePlan) -> None:
    """What Trường Khánh had done on paper: 8,100 accounts, hamlet by hamlet."""
    hamlets = plan.hamlets[facts.COMMUNE]
    values = divided(facts.DECLARED_ACCOUNTS, [hamlet.people for hamlet in hamlets])
    acts = [
        OpeningFigureAct(hamlet.id, "online_service_accounts", value, DECLARED, facts.SOURCE)
        for hamlet, value in zip(hamlets, values, strict=True)
    ]
    at = day_start_ms(DECLARED + timedelta(days=1)) + 9 * HOUR
    with frozen(at):
        declare_opening_figures(acts=acts, header=run.header(at, signing_in.COMMUNE.id))


def _long_phu(run: Loading, plan: ProvincePlan) -> None:
    """Households, residents and visits of Long Phú up to the merger, hamlet by hamlet."""
    run.homes = plan_homes(plan)
    services = {service.code: service for service in catalogue.services().values()}
    calendar = Calendar(run.end)
    parts = cuts(run.end)
    merged = day_start_ms(facts.MERGER)
    for fact in facts.LONG_PHU:
        commune = plan.units[fact.code]
        run.progress(f"{commune.name()}: {fact.households:,} households, {fact.people:,} people, their visits")
        hamlets = plan.hamlets[fact.code]
        for n, hamlet in enumerate(hamlets):
            neighbour = hamlets[1].cell if n == 0 and fact.code != facts.COMMUNE else None
            life = Life(hamlet, run.homes[hamlet.id], services, calendar, neighbour)
            events = life.told()
            now = [event for event in events if event.at < merged]
            run.waiting += [event for event in events if event.at >= merged]
            _send(run, now, parts)


def _send(run: Loading, events: Iterable[Event], parts: list[int]) -> None:
    for batch in batches(events, parts):
        run.summary.acts += send(batch)
        for event in batch:
            run.summary.households += sum(kind == "household.add" for _, kind, _ in event.people)
            run.summary.residents += sum(kind == "resident.add" for _, kind, _ in event.people)
            run.summary.visits += sum(kind == "visit.record" for _, kind, _ in event.visits)


def _changes(run: Loading, plan: ProvincePlan, since: date | None, until: date) -> None:
    """Members who leave and come, and groups that grow, in a span of days."""
    first = since or date.min
    ended = list(plan.teams.values()) if since else []
    by_month: dict[tuple[int, int], list[TeamAct]] = {}
    last: dict[tuple[int, int], date] = {}
    for team in sorted(plan.every_team(), key=_change_day):
        # Teams of districts and merged communes lost their members with their units.
        if team.change is None or not first <= team.change[0] <= until or team in ended:
            continue
        day, gone, newcomer = team.change
        acts = by_month.setdefault((day.year, day.month), [])
        acts += [
            LeaveTeam(team.id, team.unit_id, gone, day), JoinTeam(team.id, team.unit_id, newcomer, day)
        ]  # fmt: skip
        last[(day.year, day.month)] = day
    for month, acts in by_month.items():
        _act_on_teams(run, acts, last[month])
    hamlets = [h.team for hs in plan.hamlets.values() for h in hs if h.team]
    for n in (1, 2):
        if first <= COUNTS[n] <= until:
            _act_on_teams(run, _counts(hamlets, n, COUNTS[n]), COUNTS[n])


def _change_day(team: TeamPlan) -> tuple[date, UUID]:
    return (team.change[0] if team.change else date.max, team.id)


def _after(run: Loading) -> None:
    """What waited for the merger."""
    parts = cuts(run.end)
    found: dict[UUID, list[Event]] = {}
    for event in run.waiting:
        found.setdefault(event.cell, []).append(event)
    for events in found.values():
        _send(run, events, parts)
