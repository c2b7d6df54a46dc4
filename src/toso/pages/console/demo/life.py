"""What happens in one hamlet of Long Phú from 2023 to the end day: a sequence of events, each with its acts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from toso.kernel.clock import day_start_ms, vn_day
from toso.kernel.ids import short
from toso.records.visits.types import AssistGiven, DaySheetSet, VisitCorrect, VisitRecord, VisitVoid
from toso.registers.catalogue.types import ServiceView
from toso.registers.people.types import Change, HouseholdAdd, HouseholdClose, HouseholdMove, ResidentAdd, ResidentLeave

from . import facts, homes
from .dice import Dice
from .homes import Home, Person
from .names import full_name
from .province import HamletPlan
from .timetable import Calendar, Slot

GUIDING: Final = ("dien_thoai", "dich_vu_cong", "thanh_toan")
FURTHER: Final = ("vneid", "vneid", "zalo_oa", "zalo_oa", "thanh_toan", "cong_dan_soc_trang", "san_tmdt", "stv")
#: services of which an account may be set up in Trường Khánh only as often as the article says
COUNTED: Final = ("dich_vu_cong", "cong_dan_soc_trang")
CAMPAIGN_ENDS: Final = day_start_ms(facts.CAMPAIGN[1] + timedelta(days=1))
CAMPAIGN_BEGINS: Final = day_start_ms(facts.CAMPAIGN[0])
ActPlan = tuple[UUID, str, Any]


@dataclass(slots=True)
class Event:
    """What one member did at one door: acts on people, then acts of visits. `also` is another cell that it touches."""

    at: int
    author: UUID
    cell: UUID
    people: list[ActPlan] = field(default_factory=list)
    visits: list[ActPlan] = field(default_factory=list)
    also: UUID | None = None

    @property
    def size(self) -> int:
        """How many acts."""
        return len(self.people) + len(self.visits)


@dataclass(slots=True)
class _Done:
    visit: str
    home: Home
    author: UUID
    helped: bool


class Life:
    """The life of one hamlet. `neighbour` is the cell to which a household moves, if one does."""

    def __init__(
        self,
        hamlet: HamletPlan,
        own: list[Home],
        services: Mapping[str, ServiceView],
        calendar: Calendar,
        neighbour: UUID | None = None,
    ) -> None:
        if hamlet.team is None:
            raise ValueError("a hamlet of Long Phú has a team")
        self.hamlet, self.homes, self.services, self.calendar = hamlet, own, services, calendar
        self.dice = Dice("life", hamlet.commune, hamlet.name)
        self.neighbour = neighbour
        members = [member.id for member in hamlet.team.members]
        self.walkers = members[:-1] if hamlet.team.change else members
        self.events: list[Event] = []
        self.done: list[_Done] = []
        self.ids = {code: short(service.id) for code, service in services.items()}
        self.stages = {code: [stage.code for stage in service.stages] for code, service in services.items()}
        self.account_holders: set[int] = set()
        if hamlet.commune == facts.COMMUNE:
            self._choose_account_holders()

    def _choose_account_holders(self) -> None:
        quota = facts.RECORDED_ACCOUNTS // 6 - 1
        if self.hamlet.name == facts.HAMLET:
            quota = facts.RECORDED_ACCOUNTS - 5 * quota
        named = [person for home in self.homes[1:] for person in home.people]
        self.account_holders = {id(person) for person in self.dice.sample(named, quota)}

    def told(self) -> list[Event]:
        """All events, in order of time."""
        doing = {
            "first": self._first, "second": self._again, "campaign": self._campaign, "visit": self._visit,
            "change": self._change, "leave": self._leave, "close": self._close, "new": self._new, "void": self._void,
            "correct": self._correct, "sheet": self._sheet, "move": self._move, "promise": self._promise,
        }  # fmt: skip
        for slot in self.calendar.slots(self.dice, self.hamlet, self.homes, moves=self.neighbour is not None):
            doing[slot.kind](slot)
        return self.events

    # What happens

    def _first(self, slot: Slot) -> None:
        """A household is met for the first time, or written down from the hamlet's list."""
        home = self.homes[slot.home]
        event = self._event(slot.at, home)
        self._add(event, home)
        if not home.helped:
            if not self.dice.share(0.2):
                self._call(event, home, self._empty_outcome(), [])
            return
        number = self.dice.randint(1, home.helped - 1) if slot.part else home.helped
        assists = self._name_and_help(event, home, home.people[:number])
        if slot.home == 0 and homes.is_model(self.hamlet):
            assists = self._model_home(home)
        self._call(event, home, "met", assists)

    def _again(self, slot: Slot) -> None:
        """A second call before October 2024: the rest of the household, or more of the same."""
        home = self.homes[slot.home]
        event = self._event(slot.at, home)
        fresh = [person for person in home.people if not person.text]
        if fresh:
            self._call(event, home, "met", self._name_and_help(event, home, fresh))
        else:
            self._call(event, home, "met", self._progress(home, slot.at))

    def _campaign(self, slot: Slot) -> None:
        """A call of the campaign."""
        home = self.homes[slot.home]
        thrown = self.dice.random()
        event = self._event(slot.at, home)
        if thrown < 0.78:
            self._call(event, home, "met", self._newcomer(event, home) + self._progress(home, slot.at))
        else:
            outcome = "absent" if thrown < 0.88 else "come_back" if thrown < 0.95 else "not_now"
            self._call(event, home, outcome, [])

    def _visit(self, slot: Slot) -> None:
        """A call of later life."""
        home = self._somebody()
        event = self._event(slot.at, home)
        outcome = self.dice.choices(("met", "absent", "come_back", "not_now"), (78, 11, 8, 3))[0]
        assists: list[AssistGiven] = []
        if outcome == "met":
            assists = self._newcomer(event, home) if self.dice.share(0.5) else []
            assists += self._progress(home, slot.at)
            if self.dice.share(0.05):
                assists.append(AssistGiven(self.ids["dien_thoai"], "told"))
        self._call(event, home, outcome, assists)

    def _promise(self, slot: Slot) -> None:
        """Nobody had time: a member will come again, soon, or should have come by now."""
        home = self._somebody()
        away = -self.dice.randint(1, 4) if slot.part else self.dice.randint(1, 9)
        day = self.calendar.end + timedelta(days=away)
        self._call(self._event(slot.at, home), home, "come_back", [], day)

    def _change(self, slot: Slot) -> None:
        """A birth, somebody away for work, another answer about the Zalo group."""
        home = self._somebody()
        event = self._event(slot.at, home)
        values: dict[str, Any]
        if self.dice.share(0.65):
            home.size = max(1, min(12, home.size + self.dice.choice((1, 1, -1))))
            home.size = max(home.size, len([p for p in home.people if p.text]))
            values = {"people": home.size}
        elif home.zalo is not True:
            home.zalo = True
            values = {"zalo_news": True}
        else:
            values = {"lang_listen": self.dice.choice(("vi", "km")) if self.hamlet.shares.khmer > 0.4 else "vi"}
        self._act(event.people, slot.at, "household.change", Change(home.text, values))
        self._call(event, home, "met", self._progress(home, slot.at))

    def _leave(self, slot: Slot) -> None:
        """A resident moves away or dies."""
        home = self._somebody()
        named = [person for person in home.people if person.text]
        if len(named) < 2 or home.size < 2:
            return
        event = self._event(slot.at, home)
        person = named[-1]
        home.people.remove(person)
        home.size -= 1
        reason = "died" if self.dice.share(0.3) else "moved_away"
        self._act(event.people, slot.at, "resident.leave", ResidentLeave(person.text, reason))  # type: ignore[arg-type]
        self._act(event.people, slot.at, "household.change", Change(home.text, {"people": home.size}))

    def _close(self, slot: Slot) -> None:
        """A household moves away."""
        home = self._somebody()
        home.gone_from = slot.at
        event = self._event(slot.at, home)
        self._act(event.people, slot.at, "household.close", HouseholdClose(home.text, "moved_away"))

    def _move(self, slot: Slot) -> None:
        """A household moves to the neighbouring hamlet."""
        home = self._somebody()
        home.gone_from = slot.at
        event = self._event(slot.at, home)
        event.also = self.neighbour
        if self.neighbour is not None:
            body = HouseholdMove(home.text, short(self.neighbour))
            self._act(event.people, slot.at, "household.move", body)

    def _new(self, slot: Slot) -> None:
        """A household arrives."""
        home = Home(self.dice.randint(2, 4), 1, True)
        homes.describe(self.dice, home, self.hamlet.shares)
        self.homes.append(home)
        event = self._event(slot.at, home)
        self._add(event, home)
        self._call(event, home, "met", self._name_and_help(event, home, home.people[:1]))

    def _void(self, slot: Slot) -> None:
        """A visit was written to the wrong household."""
        done = self._take_done()
        if done:
            event = Event(slot.at, done.author, self.hamlet.cell)
            self._act(event.visits, slot.at, "visit.void", VisitVoid(done.visit, "Ghi nhầm hộ"))
            self.events.append(event)

    def _correct(self, slot: Slot) -> None:
        """A visit is set right."""
        done = self._take_done()
        if done:
            event = Event(slot.at, done.author, self.hamlet.cell)
            values: dict[str, Any] = {"note": "Đã ghi lại cho đúng theo sổ tay."}
            if not done.helped:
                values["outcome"] = "absent"
            self._act(event.visits, slot.at, "visit.correct", VisitCorrect(done.visit, values))
            self.events.append(event)

    def _sheet(self, slot: Slot) -> None:
        """Help at the meeting house, counted on paper without names."""
        event = Event(slot.at, self.walkers[0], self.hamlet.cell)
        body = DaySheetSet(
            short(self.dice.id_at(slot.at)), self.ids[self.dice.choice(GUIDING)], self.dice.randint(4, 22)
        )
        self._act(event.visits, slot.at, "day_sheet.set", body)
        self.events.append(event)

    # How it is written down

    def _event(self, at: int, home: Home) -> Event:
        event = Event(at, self.walkers[home.walk % len(self.walkers)], self.hamlet.cell)
        self.events.append(event)
        return event

    def _act(self, acts: list[ActPlan], at: int, kind: str, body: Any) -> None:
        acts.append((self.dice.id_at(at), kind, body))

    def _add(self, event: Event, home: Home) -> None:
        home.id = self.dice.id_at(event.at)
        home.text = short(home.id)
        home.known_from = event.at
        cluster = facts.CLUSTERS[(home.walk % len(self.walkers)) % len(facts.CLUSTERS)]
        body = HouseholdAdd(home.text, home.label, home.size, cluster, home.zalo, *home.langs)  # type: ignore[arg-type]
        self._act(event.people, event.at, "household.add", body)

    def _name_and_help(self, event: Event, home: Home, people: Sequence[Person]) -> list[AssistGiven]:
        assists: list[AssistGiven] = []
        for person in people:
            homes.identify(self.dice, person, event.at)
            body = ResidentAdd(person.text, home.text, person.name, person.birth_year)
            self._act(event.people, event.at, "resident.add", body)
            service = self.dice.choices(GUIDING, (45, 30, 25))[0]
            if id(person) in self.account_holders:
                service = "dich_vu_cong"
            assists.append(self._help(person, service, event.at))
            if self.dice.share(0.3):
                assists.append(self._help(person, self.dice.choice(FURTHER), event.at))
        return assists

    def _help(self, person: Person, service: str, at: int) -> AssistGiven:
        """Help with a service: a first stage, or the next one. Stages never go down."""
        ladder = self.stages[service]
        reached = person.stages.get(service)
        if reached is None:
            weights = (34, 28, 26, 12) if len(ladder) == 4 else (30, 50, 20)
            stage = self.dice.choices(range(len(ladder)), weights)[0]
        else:
            stage = min(reached + 1, len(ladder) - 1)
        if self.hamlet.commune == facts.COMMUNE and service in COUNTED and at < CAMPAIGN_BEGINS:
            holder = service == "dich_vu_cong" and id(person) in self.account_holders
            stage = max(1, stage) if holder else 0
        person.stages[service] = stage
        result = self.dice.choices((None, "done", "problem"), (52, 44, 4))[0]
        return AssistGiven(self.ids[service], ladder[stage], person.text, result)  # type: ignore[arg-type]

    def _progress(self, home: Home, at: int) -> list[AssistGiven]:
        """More help for one or two of those who are named."""
        named = [person for person in home.people if person.text]
        assists: list[AssistGiven] = []
        for person in self.dice.sample(named, min(len(named), self.dice.randint(1, 2))):
            known = list(person.stages)
            service = self.dice.choice(known) if known and self.dice.share(0.6) else self.dice.choice(FURTHER)
            assists.append(self._help(person, service, at))
        return assists

    def _newcomer(self, event: Event, home: Home) -> list[AssistGiven]:
        """Somebody of the household who was not named yet."""
        named = [person for person in home.people if person.text]
        if len(named) >= home.size or not self.dice.share(0.5):
            return []
        last = home.head_last if self.dice.share(0.6) else ""
        name = full_name(self.dice, home.family, self.dice.share(0.5), last)
        person = homes.add_person(home, name, self.dice.randint(1955, 2006) if self.dice.share(0.7) else None)
        return self._name_and_help(event, home, [person])

    def _model_home(self, home: Home) -> list[AssistGiven]:
        """The household of the article: VNeID and cashless payment, which it uses alone."""
        person = home.people[0]
        person.stages = {"vneid": 3, "thanh_toan": 3}
        assists = [AssistGiven(self.ids[code], "alone", person.text, "done") for code in ("vneid", "thanh_toan")]
        others = [other for other in home.people[1:] if other.text]
        return assists + [AssistGiven(self.ids["dien_thoai"], "with_help", other.text) for other in others]

    def _call(
        self, event: Event, home: Home, outcome: str, assists: list[AssistGiven], promised: date | None = None
    ) -> None:
        visit = short(self.dice.id_at(event.at))
        if outcome == "come_back" and promised is None:
            promised = vn_day(event.at) + timedelta(days=self.dice.randint(2, 21))
        follow = promised.isoformat() if promised else None
        others = [member for member in self.walkers if member != event.author]
        done_by = short(self.dice.choice(others)) if self.dice.share(0.07) else None
        note = self.dice.choice(facts.NOTES) if self.dice.share(0.03) else ""
        body = VisitRecord(visit, home.text, outcome, assists, done_by, follow, note)  # type: ignore[arg-type]
        self._act(event.visits, event.at, "visit.record", body)
        if event.at >= CAMPAIGN_ENDS:
            self.done.append(_Done(visit, home, event.author, bool(assists)))

    def _take_done(self) -> _Done | None:
        """The visit recorded last whose household is still here."""
        while self.done:
            done = self.done.pop()
            if done.home.gone_from is None:
                return done
        return None

    def _somebody(self) -> Home:
        while True:
            home = self.dice.choice(self.homes)
            if home.known_from and home.gone_from is None and home is not self.homes[0]:
                return home

    def _empty_outcome(self) -> str:
        return self.dice.choices(("absent", "come_back", "not_now", "met"), (45, 22, 18, 15))[0]
