"""Whatever happens, in whatever order it becomes known: kept tallies equal rebuilt ones, and both equal a plain count.

Histories are made through the services of people, visits and places: late facts, corrections, voids, moves, merges,
erasure, cell splits, day sheets. Every example runs in a transaction that is rolled back.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.helpers import world as scene
from tests.helpers.splitting import split_hamlet_of
from toso.engine.journal.services import writing
from toso.engine.journal.types import Author
from toso.engine.sync.types import Act, Header, RouteChanged, office_header
from toso.insight.indicators import selectors as figures
from toso.insight.indicators import services as tallies
from toso.insight.indicators.models import Tally
from toso.kernel.clock import frozen
from toso.kernel.hlc import pack
from toso.kernel.ids import new_id, short
from toso.records.visits import services as visits
from toso.records.visits import types as visit_types
from toso.records.visits.models import Assist, Carried, DaySheet, Visit
from toso.registers.catalogue import selectors as catalogue
from toso.registers.people import services as people
from toso.registers.people import types as people_types
from toso.registers.people.models import Household, Resident
from toso.registers.places import services as place_services

EXAMPLES = int(os.environ.get("TOSO_TALLY_EXAMPLES", "40"))
START = date(2024, 9, 20)
SHRINK = bool(os.environ.get("TOSO_SHRINK"))
SPAN = 50
TODAY = START + timedelta(days=SPAN)
LAST = TODAY + timedelta(days=30)
NOW = 1_731_200_000_000
PICK = st.integers(0, 10_000)
BACK = st.integers(0, SPAN)
BODIES: dict[str, Callable[..., Any]] = {
    "household.add": people_types.HouseholdAdd,
    "household.change": people_types.Change,
    "household.close": people_types.HouseholdClose,
    "household.move": people_types.HouseholdMove,
    "resident.add": people_types.ResidentAdd,
    "resident.change": people_types.Change,
    "resident.move": people_types.ResidentMove,
    "resident.leave": people_types.ResidentLeave,
    "resident.merge": people_types.ResidentMerge,
    "resident.unmerge": people_types.RecordOnly,
    "visit.record": visit_types.VisitRecord,
    "visit.correct": visit_types.VisitCorrect,
    "visit.void": visit_types.VisitVoid,
    "day_sheet.set": visit_types.DaySheetSet,
}


@dataclass
class Office:
    """Acts on the records; several may be gathered into one batch."""

    leader: UUID
    gathered: list[Act] = field(default_factory=list)
    refused: int = 0
    done: int = 0

    def gather(self, kind: str, on: date, cell: UUID | None = None, **body: Any) -> None:
        """Note an act for the next batch."""
        author = Author(self.leader)
        header = Header(new_id(), author, pack(NOW + self.done), on, base_seq=2**53, released=True, cell=cell)
        self.gathered.append(Act(header, kind, BODIES[kind](**body)))
        self.done += 1

    def send(self) -> None:
        """One transaction for all gathered acts; a record that moved under them sends them away."""
        acts, self.gathered = self.gathered, []
        if not acts:
            return
        modules = [visits if act.kind.partition(".")[0] in ("visit", "day_sheet") else people for act in acts]
        streams: set[str] = set()
        for act, module in zip(acts, modules, strict=True):
            streams |= set(module.streams_for([act]))
        try:
            with writing(streams) as writer:
                # As a push does it: each handler gets its run of acts, and the next one sees what they did.
                for module, run in groupby(zip(modules, acts, strict=True), key=itemgetter(0)):
                    outcomes = module.decide(writer=writer, acts=[act for _, act in run])
                    self.refused += sum(outcome.status == "refused" for outcome in outcomes)
                    writer.flush()
        except RouteChanged:
            self.refused += len(acts)


class History(RuleBasedStateMachine):
    """One random history of two hamlets and what their cells become."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.clock = frozen(NOW)
        self.clock.__enter__()

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.office.send()
                check(self.world, self.cells)
        finally:
            self.clock.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.world = scene.build(2)
        self.cells = list(self.world.cells)
        self.office = Office(self.world.leader)
        self.services = sorted(catalogue.services().values(), key=lambda service: service.rank)
        for n in range(3):
            home = self.add_home(self.cells[0], n, 40)
            for _ in range(2):
                self.office.gather("resident.add", day(40), id=short(new_id()), household=home, name="Người Mẫu")
        self.office.send()

    def add_home(self, cell: UUID, n: int, back: int) -> str:
        home = short(new_id())
        self.office.gather(
            "household.add",
            day(back),
            cell,
            id=home,
            label=f"Hộ {n}",
            people=n % 7,
            zalo_news=(None, True, False)[n % 3],
        )
        return home

    def some(self, model: Any, pick: int, **where: Any) -> Any:
        rows = list(model.objects.filter(**where).order_by("id", "cell_id"))
        return rows[pick % len(rows)] if rows else None

    @rule(pick=PICK, back=BACK)
    def new_household(self, pick: int, back: int) -> None:
        home = self.add_home(self.cells[pick % len(self.cells)], pick, back)
        if pick % 2:
            person = short(new_id())
            self.office.gather("resident.add", day(back), id=person, household=home, name="Người Mẫu")
            if pick % 4 == 1:
                self.visit_home(home, [person], pick, back)

    @rule(pick=PICK, back=BACK, value=st.integers(0, 9), name=st.sampled_from(["people", "zalo_news", "cluster"]))
    def change_household(self, pick: int, back: int, value: int, name: str) -> None:
        if home := self.some(Household, pick, state="here"):
            new = {"people": value, "zalo_news": (None, True, False)[value % 3], "cluster": f"Tuyến {value}"}[name]
            self.office.gather("household.change", day(back), id=short(home.id), set={name: new})

    @rule(pick=PICK, back=BACK)
    def name_somebody(self, pick: int, back: int) -> None:
        if home := self.some(Household, pick, state="here"):
            person = short(new_id())
            self.office.gather("resident.add", day(back), id=person, household=short(home.id), name="Người Mẫu")

    @rule(pick=PICK, back=BACK)
    def visit(self, pick: int, back: int) -> None:
        home = self.some(Household, pick)
        if home is None:
            return
        persons = list(Resident.objects.filter(household_id=home.id).order_by("id").values_list("id", flat=True))
        self.visit_home(short(home.id), [short(key) for key in persons], pick, back)

    def visit_home(self, home: str, persons: list[str], pick: int, back: int) -> None:
        outcome = ("met", "met", "absent", "not_now")[pick % 4]
        self.office.gather(
            "visit.record", day(back), id=short(new_id()), household=home, outcome=outcome,
            assists=self.given(persons, pick) if outcome == "met" else [],
        )  # fmt: skip

    def given(self, persons: list[str], pick: int) -> list[visit_types.AssistGiven]:
        assists = []
        for n in range(pick % 4):
            service = self.services[(pick + n) % 4]
            stage = service.stages[pick // 7 % len(service.stages)].code
            person = persons[(pick + n) % len(persons)] if persons and pick % 5 else None
            assists.append(visit_types.AssistGiven(short(service.id), stage, person))
        return assists

    @rule(pick=PICK, back=BACK, what=st.sampled_from(["on", "assists", "outcome"]))
    def correct(self, pick: int, back: int, what: str) -> None:
        visit = self.some(Visit, pick, state="ok")
        if visit is None:
            return
        persons = list(
            Resident.objects.filter(household_id=visit.household_id).order_by("id").values_list("id", flat=True)
        )
        given = [
            {"service": a.service, "stage": a.stage, "resident": a.resident}
            for a in self.given([short(key) for key in persons], pick + 1)
        ]
        changed = {"on": day(back).isoformat(), "assists": given, "outcome": "met"}[what]
        self.office.gather("visit.correct", TODAY, id=short(visit.id), set={what: changed})

    @rule(pick=PICK)
    def void(self, pick: int) -> None:
        if visit := self.some(Visit, pick, state="ok"):
            self.office.gather("visit.void", TODAY, id=short(visit.id))

    @rule(pick=PICK, back=BACK)
    def move_household(self, pick: int, back: int) -> None:
        if home := self.some(Household, pick, state="here"):
            to = self.cells[(pick // 3) % len(self.cells)]
            self.office.gather("household.move", day(back), id=short(home.id), to_cell=short(to))

    @rule(pick=PICK, back=BACK, reason=st.sampled_from(["moved_away", "mistake"]))
    def leave(self, pick: int, back: int, reason: str) -> None:
        if pick % 3 == 0 and (home := self.some(Household, pick, state="here")):
            self.office.gather("household.close", day(back), id=short(home.id), reason=reason)
        elif person := self.some(Resident, pick, state="here"):
            self.office.gather("resident.leave", day(back), id=short(person.id), reason=reason)

    @rule(pick=PICK, back=BACK)
    def move_resident(self, pick: int, back: int) -> None:
        person = self.some(Resident, pick, state="here")
        home = person and self.some(Household, pick // 2, state="here", cell_id=person.cell_id)
        if home:
            self.office.gather("resident.move", day(back), id=short(person.id), to_household=short(home.id))

    @rule(pick=PICK, undo=st.booleans())
    def merge(self, pick: int, undo: bool) -> None:
        if undo and (person := self.some(Resident, pick, alias_of__isnull=False, state="here")):
            self.office.gather("resident.unmerge", TODAY, id=short(person.id))
            return
        one = self.some(Resident, pick, state="here", alias_of__isnull=True)
        two = one and self.some(Resident, pick // 2, state="here", alias_of__isnull=True, cell_id=one.cell_id)
        if two and one.id != two.id:
            self.office.gather("resident.merge", TODAY, id=short(one.id), with_=short(two.id))

    @rule(pick=PICK, back=BACK, count=st.integers(0, 4))
    def day_sheet(self, pick: int, back: int, count: int) -> None:
        cell, service = self.cells[pick % len(self.cells)], self.services[pick % 4]
        data = {"id": short(new_id()), "service": short(service.id), "count": count}
        self.office.gather("day_sheet.set", day(back), cell, **data)

    @rule(pick=PICK)
    def erase(self, pick: int) -> None:
        self.office.send()
        if pick % 3 == 0 and (person := self.some(Resident, pick, state="here")):
            people.erase_residents(header=office_header(self.world.official), residents=[person.id])

    @rule(pick=PICK)
    def split(self, pick: int) -> None:
        self.office.send()
        cell = self.cells[pick % len(self.cells)]
        homes = list(Household.objects.filter(cell_id=cell).order_by("id").values_list("id", flat=True))
        if pick % 4 or len(self.cells) > 4 or not homes:
            return
        found = split_hamlet_of(cell, homes[: len(homes) // 2 or 1], TODAY + timedelta(days=len(self.cells)))
        if found:
            place_services.decide_reorganisation(acts=[found[0]], author=scene.NOBODY)
            self.cells.remove(cell)
            self.cells.extend(found[1])

    @rule()
    def send(self) -> None:
        self.office.send()

    @rule(back=BACK)
    def carry(self, back: int) -> None:
        self.office.send()
        tallies.carry_forward(day(back))


def day(back: int) -> date:
    """So many days ago."""
    return TODAY - timedelta(days=back)


def check(world: scene.World, cells: list[UUID]) -> None:
    """Kept = rebuilt = counted plainly."""
    differences = tallies.check_tallies()
    assert not differences, "\n".join(map(str, differences))
    stored = blocks()
    for back in (0, 1, 13, 27, 50):
        on = day(back)
        for code, plain in PLAIN.items():
            found = figures.figure(code, world.commune, on, LAST)
            counted = sum(plain(cell, on) for cell in cells)
            assert (found.value or 0) == counted, (code, on, found.value, counted)
            below = figures.figure(code, world.commune, on, LAST, by="descendant")
            assert below.items[0].value == found.value, (code, on)
    tallies.rebuild_tallies()
    assert blocks(skip_empty=True) == stored
    assert tallies.check_tallies() == []


def blocks(skip_empty: bool = True) -> dict[Any, Any]:
    """Stored blocks in which something changes; the check covers openings."""
    rows = Tally.objects.values_list("node_id", "measure_id", "month", "opening", "days")
    return {row[:3]: (row[3], bytes(row[4])) for row in rows if any(bytes(row[4]))}


# The plain count: day by day, from the rows, without steps.


def here(stays: str, on: date) -> list[Any]:
    """Stays that hold on a day."""
    text = on.isoformat()
    return [s for s in orjson.loads(stays) if s[-2] <= text and (s[-1] is None or text < s[-1])]


def fact(home: Household, name: str, on: date) -> Any:
    """A dated fact on a day."""
    steps = orjson.loads(home.history)[name]
    return next((value for start, value in reversed(steps) if start <= on.isoformat()), steps[0][1])


def count_people(cell: UUID, on: date) -> int:
    return sum(fact(h, "people", on) for h in Household.objects.filter(cell_id=cell) if here(h.stays, on))


def count_households(cell: UUID, on: date) -> int:
    return sum(bool(here(h.stays, on)) for h in Household.objects.filter(cell_id=cell))


def count_visited(cell: UUID, on: date) -> int:
    called = set(Visit.objects.filter(cell_id=cell, state="ok", on__lte=on).values_list("household_id", flat=True))
    came = Carried.objects.filter(cell_id=cell)
    called |= {c.id for c in came if orjson.loads(c.call)[0] <= on.isoformat()}
    return sum(h.id in called and bool(here(h.stays, on)) for h in Household.objects.filter(cell_id=cell))


def count_visits(cell: UUID, on: date) -> int:
    return Visit.objects.filter(cell_id=cell, state="ok", on__lte=on).count()


def persons(cell: UUID) -> dict[UUID, list[Resident]]:
    """Records of each person."""
    found: dict[UUID, list[Resident]] = {}
    for resident in Resident.objects.filter(cell_id=cell):
        found.setdefault(resident.alias_of or resident.id, []).append(resident)
    return found


def helped(cell: UUID, records: list[Resident], on: date) -> list[Assist]:
    rows = Assist.objects.filter(cell_id=cell, live=True, resident_id__in=[r.id for r in records], on__lte=on)
    return sorted(rows, key=lambda a: (a.on, a.op_id, a.n))


def count_participants(cell: UUID, on: date) -> int:
    return sum(any(here(r.stays, on) for r in own) and bool(helped(cell, own, on)) for own in persons(cell).values())


def count_guided(cell: UUID, on: date) -> int:
    groups = {key: service.group for key, service in catalogue.services().items()}
    return sum(
        any(here(r.stays, on) for r in own)
        and any(groups[a.service_id] in ("smartphone", "public_service", "cashless") for a in helped(cell, own, on))
        for own in persons(cell).values()
    )


def count_zalo(cell: UUID, on: date) -> int:
    homes = {short(h.id): h for h in Household.objects.filter(cell_id=cell)}
    return sum(
        bool(helped(cell, own, on))
        and any(s[0] in homes and fact(homes[s[0]], "zalo_news", on) for r in own for s in here(r.stays, on))
        for own in persons(cell).values()
    )


def count_stages(cell: UUID, on: date) -> int:
    found = 0
    for own in persons(cell).values():
        if any(here(r.stays, on) for r in own):
            found += len({a.service_id for a in helped(cell, own, on)})
    return found


def count_accounts(cell: UUID, on: date) -> int:
    portal = catalogue.service_by_code("dich_vu_cong")
    assert portal
    found = 0
    for own in persons(cell).values():
        latest = [a.stage for a in helped(cell, own, on) if a.service_id == portal.id]
        if latest and any(here(r.stays, on) for r in own):
            found += latest[-1] in ("set_up", "with_help", "alone")
    return found


def count_assists(cell: UUID, on: date) -> int:
    rows = list(Assist.objects.filter(cell_id=cell, live=True, carried=False, on__lte=on))
    found = len(rows)
    for line in DaySheet.objects.filter(cell_id=cell, on__lte=on):
        found += max(0, line.count - sum(a.on == line.on and a.service_id == line.service_id for a in rows))
    return found


PLAIN: dict[str, Callable[[UUID, date], int]] = {
    "people": count_people,
    "households": count_households,
    "visited_households": count_visited,
    "visits": count_visits,
    "participants": count_participants,
    "guided": count_guided,
    "zalo_reached": count_zalo,
    "residents_at_stage": count_stages,
    "online_service_accounts": count_accounts,
    "assists": count_assists,
}


@pytest.mark.django_db(transaction=False)
@pytest.mark.parametrize("part", range(2))
def test_kept_tallies_equal_rebuilt_and_counted_ones(part: int) -> None:
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=max(1, EXAMPLES // 2), stateful_step_count=25, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
            phases=[p for p in Phase if p is not Phase.shrink or SHRINK],
        ),
    )  # fmt: skip
