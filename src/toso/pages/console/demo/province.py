"""The plan of the province: hamlets, teams with their members and groups, ethnic composition as hamlet aggregates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from typing import Final
from uuid import UUID

from toso.registers.places.types import Level, UnitView
from toso.registers.teams.types import NewMember

from . import facts, signing_in
from .dice import Dice, divided, spread
from .names import Shares, full_name, pattern

MARCH_2023: Final = date(2023, 3, 31)


@dataclass(slots=True)
class GroupPlan:
    """A community group: when it was opened, and its members on several days."""

    id: UUID
    name: str
    topic: str
    opened: date
    counts: list[tuple[date, int]]


@dataclass(slots=True)
class TeamPlan:
    """A team, its members of the first day, and its groups."""

    id: UUID
    unit_id: UUID
    name: str
    founded: date
    decision: str
    members: list[NewMember]
    groups: list[GroupPlan] = field(default_factory=list)
    #: the member who leaves later, and who takes his place
    change: tuple[date, UUID, NewMember] | None = None


@dataclass(slots=True)
class HamletPlan:
    """A hamlet: its people by the commune's paper, how Khmer it is, and its team if it has one."""

    id: UUID
    cell: UUID
    kind: str
    name: str
    commune: str
    starts: date | None
    shares: Shares
    people: int = 0
    households: int = 0
    ethnicity: dict[str, int] = field(default_factory=dict)
    team: TeamPlan | None = None

    @property
    def full_name(self) -> str:
        """As people write it."""
        return f"{self.kind} {self.name}"


@dataclass(slots=True)
class ProvincePlan:
    """All that stands on 30 September 2024 beside households and visits. Communes and districts by code."""

    units: Mapping[str, UnitView]
    hamlets: dict[str, list[HamletPlan]]
    teams: dict[str, TeamPlan]

    def district_of(self, commune: str) -> str:
        """Code of the district of a commune."""
        above = self.units[commune].parent_id
        return next(code for code, unit in self.units.items() if unit.id == above)

    def long_phu(self) -> Iterator[HamletPlan]:
        """The hamlets of Long Phú."""
        for commune in facts.LONG_PHU:
            yield from self.hamlets[commune.code]

    def every_team(self) -> list[TeamPlan]:
        """Teams of all levels."""
        own = [hamlet.team for hamlets in self.hamlets.values() for hamlet in hamlets if hamlet.team]
        return [*self.teams.values(), *own]


def plan_province(units: Sequence[UnitView]) -> ProvincePlan:
    """Plan upon the province, districts and communes of 30 September 2024."""
    by_code = {unit.code: unit for unit in units}
    plan = ProvincePlan(by_code, {}, {})
    district_of = {unit.id: unit for unit in units if unit.level is Level.DISTRICT}
    others: list[UnitView] = []
    for unit in units:
        if unit.level is Level.COMMUNE:
            if unit.parent_id is not None and district_of[unit.parent_id].code == facts.DISTRICT:
                plan.hamlets[unit.code] = _of_long_phu(unit)
            else:
                others.append(unit)
    _others(plan, others)
    _people(plan)
    _teams(plan, list(district_of.values()))
    return plan


def _of_long_phu(commune: UnitView) -> list[HamletPlan]:
    fact = next(fact for fact in facts.LONG_PHU if fact.code == commune.code)
    inside = commune.code == facts.COMMUNE
    khmer = facts.KHMER_SHARE["commune" if inside else "district"]
    hoa = facts.HOA_SHARE["commune" if inside else "district"]
    plans = []
    for name in fact.hamlets:
        share = khmer * (facts.KHMER_WEIGHT.get(name, 1.0) if inside else 0.75)
        if name.startswith(facts.KHMER_NAMES):
            share = 0.66
        plans.append(_hamlet(commune, "Ấp", name, Shares(min(share, 0.9), hoa)))
    return plans


def _hamlet(commune: UnitView, kind: str, name: str, shares: Shares) -> HamletPlan:
    dice = Dice("hamlet", commune.code, name)
    return HamletPlan(
        dice.id_on(facts.FIRST_DAY), dice.id_on(facts.FIRST_DAY), kind, name, commune.code, commune.starts, shares
    )


def _others(plan: ProvincePlan, communes: Sequence[UnitView]) -> None:
    """Hamlets of the other districts; most have a team, in some communes one is still missing."""
    dice = Dice("others")
    counts = spread(dice, facts.OTHER_HAMLETS, len(communes), 4, 9)
    for commune, count in zip(communes, counts, strict=True):
        kind = "Ấp" if commune.kind == "Xã" else "Khóm"
        khmer = min(0.85, max(0.02, dice.betavariate(1.3, 2.6)))
        shares = Shares(khmer, facts.HOA_SHARE["province"])
        names = _names(dice, commune, count, khmer)
        plan.hamlets[commune.code] = [_hamlet(commune, kind, name, shares) for name in names]


def _names(dice: Dice, commune: UnitView, count: int, khmer: float) -> list[str]:
    if commune.kind != "Xã" or commune.name_vi.isdecimal():
        return [str(number) for number in range(1, count + 1)]
    first = commune.name_vi.split()[0]
    own = dice.sample(facts.KHMER_PLACES, 2) if khmer > 0.35 else []
    words = [word for word in facts.HAMLET_WORDS if word != first]
    named = [f"{first} {word}" for word in dice.sample(words, count - len(own) - 2)]
    twin = f"{first} {dice.choice(['Thạnh', 'Tân', 'Qưới'])}"
    return [f"{twin} A", f"{twin} B", *named, *own]


def _people(plan: ProvincePlan) -> None:
    """People of each hamlet by the papers of the communes, and how many of each group."""
    dice = Dice("people")
    for fact in facts.LONG_PHU:
        hamlets = plan.hamlets[fact.code]
        whole = [h for h in hamlets if h.name != facts.HAMLET or fact.code != facts.COMMUNE]
        households, people = fact.households, fact.people
        for hamlet in hamlets:
            if hamlet not in whole:
                hamlet.households, hamlet.people = facts.HAMLET_SIZE
                households, people = households - hamlet.households, people - hamlet.people
        weights = [dice.uniform(0.75, 1.25) for _ in whole]
        for hamlet, number in zip(whole, divided(households, weights), strict=True):
            hamlet.households = number
        # Close to the district's mean; who lives in which household is dealt out exactly later.
        for hamlet, number in zip(whole, divided(people, [h.households for h in whole]), strict=True):
            hamlet.people = number
    rest = [hamlet for hamlets in plan.hamlets.values() for hamlet in hamlets if not hamlet.people]
    for hamlet, number in zip(rest, divided(facts.OTHER_PEOPLE, [dice.uniform(0.6, 1.4) for _ in rest]), strict=True):
        hamlet.people = number
    _compose(plan, rest)


def _compose(plan: ProvincePlan, rest: Sequence[HamletPlan]) -> None:
    outside = facts.KHMER_SHARE["province"] * facts.OTHER_PEOPLE
    _ethnicity(rest, round(outside), facts.HOA_SHARE["province"])
    for fact in facts.LONG_PHU:
        inside = fact.code == facts.COMMUNE
        hamlets = plan.hamlets[fact.code]
        if inside:
            _ethnicity(hamlets, ceil(facts.KHMER_SHARE["commune"] * fact.people), facts.HOA_SHARE["commune"])
        else:
            total = sum(round(hamlet.shares.khmer * hamlet.people) for hamlet in hamlets)
            _ethnicity(hamlets, total, facts.HOA_SHARE["district"])


def _ethnicity(hamlets: Sequence[HamletPlan], khmer: int, hoa: float) -> None:
    parts = divided(khmer, [hamlet.shares.khmer * hamlet.people for hamlet in hamlets])
    for hamlet, number in zip(hamlets, parts, strict=True):
        number = min(number, round(hamlet.people * 0.93))
        chinese = round(hamlet.people * hoa)
        hamlet.ethnicity = {"kinh": hamlet.people - number - chinese, "khmer": number, "hoa": chinese}
        hamlet.shares = Shares(number / hamlet.people, hoa)


def _teams(plan: ProvincePlan, districts: Sequence[UnitView]) -> None:
    dice = Dice("teams")
    for district in districts:
        first = facts.FIRST_DAY + timedelta(days=0 if district.code == facts.DISTRICT else dice.randrange(5, 40))
        plan.teams[district.code] = _team(district.id, district.code, f"{district.kind} {district.name_vi}", first)
    others = [h for code, hamlets in plan.hamlets.items() for h in hamlets if _is_other(code)]
    without = {id(hamlet) for hamlet in dice.sample(others, facts.OTHER_HAMLETS - facts.OTHER_HAMLET_TEAMS)}
    for code, hamlets in plan.hamlets.items():
        commune = plan.units[code]
        first = facts.FIRST_DAY + timedelta(
            days=dice.randrange(2, 21) if not _is_other(code) else dice.randrange(10, 150)
        )
        if commune.starts is not None:
            first = max(first, commune.starts + timedelta(days=2))
        plan.teams[code] = _team(commune.id, code, f"{commune.kind} {commune.name_vi}", first)
        for hamlet in hamlets:
            if id(hamlet) not in without:
                later = first + timedelta(days=dice.randrange(3, 21))
                hamlet.team = _team(hamlet.id, f"{code} {hamlet.name}", hamlet.full_name, later)
    _members(plan)
    _groups(plan)


def _is_other(code: str) -> bool:
    return all(code != fact.code for fact in facts.LONG_PHU)


def _team(unit_id: UUID, key: str, name: str, founded: date) -> TeamPlan:
    dice = Dice("team", key)
    lower = name[0].lower() + name[1:]
    decision = f"Quyết định số {dice.randrange(20, 180)}/QĐ-UBND ngày {founded:%d/%m/%Y}"
    return TeamPlan(dice.id_on(founded), unit_id, f"Tổ công nghệ số cộng đồng {lower}", founded, decision, [])


def _members(plan: ProvincePlan) -> None:
    """Exactly so many members in the province, seven in each team of Trường Khánh."""
    dice = Dice("members")
    inside = [plan.teams[facts.COMMUNE], *(h.team for h in plan.hamlets[facts.COMMUNE] if h.team)]
    rest = [team for team in plan.every_team() if team not in inside]
    left = facts.MEMBERS - facts.COMMUNE_MEMBERS_A_TEAM * len(inside)
    sizes = {id(team): facts.COMMUNE_MEMBERS_A_TEAM for team in inside}
    sizes |= {id(t): n for t, n in zip(rest, spread(dice, left, len(rest), 5, 8), strict=True)}
    shares = {h.team.id: h.shares for hs in plan.hamlets.values() for h in hs if h.team}
    for team in plan.every_team():
        own = shares.get(team.id, Shares(0.25, 0.04))
        team.members = [_member(Dice("member", team.id, n), n, own, team.founded) for n in range(sizes[id(team)])]
        if len(team.members) > 5 and dice.share(0.08):
            day = date(2024, 11, 1) + timedelta(days=dice.randrange(200))
            newcomer = _member(Dice("newcomer", team.id), len(team.members), own, day)
            team.change = (day, team.members[-1].id, newcomer)
    for hamlet in plan.hamlets[facts.COMMUNE]:
        if hamlet.team:
            signing_in.seat(hamlet.name, hamlet.team.members)


def _member(dice: Dice, n: int, shares: Shares, day: date) -> NewMember:
    family = pattern(dice, shares)
    role = "leader" if n == 0 else "deputy" if n == 1 else "member"
    speaks = True if family == "khmer" and dice.share(0.9) else dice.share(0.1)
    return NewMember(dice.id_on(day), full_name(dice, family, dice.share(0.45)), role, speaks)


def _groups(plan: ProvincePlan) -> None:
    """Zalo groups: 55 with 836 members in Trường Khánh, a few in each hamlet of Long Phú, one elsewhere."""
    dice = Dice("groups")
    own = [(f"xã {plan.units[facts.COMMUNE].name_vi}", plan.teams[facts.COMMUNE], 5)]
    own += [
        (hamlet.full_name, hamlet.team, 10 if hamlet.name == facts.HAMLET else 8)
        for hamlet in plan.hamlets[facts.COMMUNE]
        if hamlet.team
    ]
    members = spread(dice, facts.COMMUNE_GROUP_MEMBERS, facts.COMMUNE_GROUPS, 8, 24)
    for place, team, count in own:
        team.groups = [_group(dice, place, team, n, members.pop()) for n in range(count)]
    for code, hamlets in plan.hamlets.items():
        for hamlet in hamlets:
            if hamlet.team and code != facts.COMMUNE:
                count = 1 if _is_other(code) else dice.randint(2, 5)
                hamlet.team.groups = [
                    _group(dice, hamlet.full_name, hamlet.team, n, dice.randint(9, 48)) for n in range(count)
                ]


def _group(dice: Dice, place: str, team: TeamPlan, n: int, members: int) -> GroupPlan:
    topic, title = facts.TOPICS[n % len(facts.TOPICS)]
    opened = max(team.founded, date(2023, 1, 5)) + timedelta(days=dice.randrange(10, 260))
    opened = min(opened, date(2024, 9, 20))
    number = f" {n // len(facts.TOPICS) + 1}" if n >= len(facts.TOPICS) else ""
    name = f"{place[0].upper()}{place[1:]} – {title}{number}"
    counts = [(opened, max(3, members * 2 // 3)), (max(opened, date(2024, 9, 15)), members)]
    counts += [(date(2025, 3, 15), members + dice.randrange(5)), (date(2026, 8, 15), members + dice.randrange(3, 12))]
    return GroupPlan(dice.id_on(opened), name, topic, opened, counts)
