"""The plan of the households of Long Phú: sizes that add up exactly, who is helped, who gets news through Zalo."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from toso.kernel.ids import short

from . import facts
from .dice import Dice, divided
from .names import Shares, full_name, pattern, surname
from .province import HamletPlan, ProvincePlan

NOBODY: Final = UUID(int=0)
FIRST_HOME: Final = "Hộ bà Thạch Thị Na Ri"


@dataclass(slots=True)
class Person:
    """A resident who is named; `stages` hold what was reached with each service."""

    id: UUID
    text: str
    name: str
    birth_year: int | None
    stages: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Home:
    """A household: head count, how many of its people are helped until 30 September 2024, its walk and languages."""

    size: int
    helped: int = 0
    zalo: bool | None = None
    walk: int = 0
    family: str = "kinh"
    label: str = ""
    langs: tuple[str | None, str | None, str | None] = (None, None, None)
    id: UUID = NOBODY
    text: str = ""
    people: list[Person] = field(default_factory=list)
    known_from: int = 0
    gone_from: int | None = None
    head_last: str = ""
    head_woman: bool = False


def is_model(hamlet: HamletPlan) -> bool:
    """Whether this is the demonstration hamlet."""
    return hamlet.name == facts.HAMLET and hamlet.commune == facts.COMMUNE


def plan_homes(plan: ProvincePlan) -> dict[UUID, list[Home]]:
    """Households of each hamlet of Long Phú, by hamlet."""
    hamlets = list(plan.long_phu())
    groups = _deal(Dice("sizes"), hamlets)
    helped = _helped(hamlets)
    away = divided(facts.UNREACHED, helped)
    homes: dict[UUID, list[Home]] = {}
    for hamlet, sizes, number, unreached in zip(hamlets, groups, helped, away, strict=True):
        own = [Home(size) for size in sizes]
        dice = Dice("homes", hamlet.commune, hamlet.name)
        _choose_helped(dice, own, number)
        _choose_unreached(dice, own, unreached)
        for n, home in enumerate(own):
            describe(dice, home, hamlet.shares, model=n == 0 and is_model(hamlet))
        homes[hamlet.id] = own
    return homes


def _deal(dice: Dice, hamlets: Sequence[HamletPlan]) -> list[list[int]]:
    """Sizes for each hamlet: households and people of every hamlet exact, sizes of the district exact."""
    sizes = [size for size, count in facts.SIZES.items() for _ in range(count)]
    dice.shuffle(sizes)
    groups: list[list[int]] = []
    for hamlet in hamlets:
        groups.append([sizes.pop() for _ in range(hamlet.households)])
    excess = [sum(group) - hamlet.people for group, hamlet in zip(groups, hamlets, strict=True)]
    while any(excess):
        rich = max(range(len(excess)), key=excess.__getitem__)
        poor = min(range(len(excess)), key=excess.__getitem__)
        wanted = min(excess[rich], -excess[poor])
        i = dice.randrange(len(groups[rich]))
        j = dice.randrange(len(groups[poor]))
        gain = groups[rich][i] - groups[poor][j]
        if 0 < gain <= wanted:
            groups[rich][i], groups[poor][j] = groups[poor][j], groups[rich][i]
            excess[rich] -= gain
            excess[poor] += gain
    return groups


def _helped(hamlets: Sequence[HamletPlan]) -> list[int]:
    """How many people of each hamlet were helped until 30 September 2024."""
    dice = Dice("helped")
    inside = [h for h in hamlets if h.commune == facts.COMMUNE]
    found = dict(zip(map(id, inside), divided(facts.COMMUNE_PARTICIPANTS, [h.people for h in inside]), strict=True))
    rest = [h for h in hamlets if h.commune != facts.COMMUNE]
    weights = [h.people * dice.uniform(0.8, 1.2) for h in rest]
    left = facts.PARTICIPANTS - facts.COMMUNE_PARTICIPANTS
    found |= dict(zip(map(id, rest), divided(left, weights), strict=True))
    return [found[id(hamlet)] for hamlet in hamlets]


def _choose_helped(dice: Dice, homes: Sequence[Home], number: int) -> None:
    # Rather one or two in many households than everybody in few; about a tenth was never met.
    slots: list[tuple[float, int]] = []
    for n, home in enumerate(homes):
        unmet = 2.0 if n and dice.share(0.1) else 0.0
        slots += [(dice.random() + 0.28 * place + unmet, n) for place in range(home.size)]
    slots.sort()
    for _, n in slots[:number]:
        homes[n].helped += 1
    if not homes[0].helped:
        giver = next(home for home in homes if home.helped > 1)
        giver.helped, homes[0].helped = giver.helped - 1, 1


def _choose_unreached(dice: Dice, homes: Sequence[Home], number: int) -> None:
    """Households without a Zalo group, so that exactly `number` of those helped live in them."""
    order = [home for home in homes[1:] if home.helped]
    dice.shuffle(order)
    order.sort(key=lambda home: home.helped == 1)
    for home in order:
        if home.helped <= number and (home.helped == 1 or dice.share(0.04)):
            number -= home.helped
            home.zalo = False
        else:
            home.zalo = True
    if number:
        raise AssertionError("no household of one left to complete the count")
    homes[0].zalo = True
    for home in homes:
        if not home.helped:
            home.zalo = dice.choices((True, False, None), (5, 3, 2))[0]


def describe(dice: Dice, home: Home, shares: Shares, *, model: bool = False) -> None:
    """Label, languages, walk, and names of those who will be helped. `model`: the household of the article."""
    home.family = "khmer" if model else pattern(dice, shares)
    home.head_woman = dice.share(0.42)
    home.head_last = surname(dice, home.family)
    head = full_name(dice, home.family, home.head_woman, home.head_last)
    home.label = f"Hộ {'bà' if home.head_woman else 'ông'} {head}"
    if model:
        home.head_woman, home.head_last, head = True, "Thạch", FIRST_HOME.removeprefix("Hộ bà ")
        home.label = FIRST_HOME
    home.people = []
    home.langs = _languages(dice, shares)
    home.walk = dice.randrange(1000)
    _name(dice, home, head)


def _languages(dice: Dice, shares: Shares) -> tuple[str | None, str | None, str | None]:
    """Asked at the door, hence known for some only; drawn by the hamlet, never by the name."""
    if not dice.share(0.35):
        return None, None, None
    if dice.share(shares.khmer * 0.8):
        return dice.choice(("vi", "vi", "km")), "km", dice.choice(("vi", "km"))
    return "vi", "vi", "vi"


def _name(dice: Dice, home: Home, head: str) -> None:
    """Names for those who will be helped: the head first, then who lives with him."""
    age = dice.randint(34, 74)
    for place in range(home.helped):
        if place == 0:
            name, born = head, 2024 - age
        elif place == 1:
            family = home.family if dice.share(0.85) else "kinh"
            name = full_name(dice, family, not home.head_woman)
            born = 2024 - max(20, age + dice.randint(-7, 5))
        else:
            last = home.head_last if dice.share(0.7) else ""
            name = full_name(dice, home.family, dice.share(0.5), last)
            born = 2024 - max(12, age - dice.randint(19, 36))
        add_person(home, name, born if dice.share(0.8) else None)


def add_person(home: Home, name: str, birth_year: int | None) -> Person:
    """Name one more person of a household; the id comes when the moment is known."""
    person = Person(NOBODY, "", name, birth_year)
    home.people.append(person)
    return person


def identify(dice: Dice, person: Person, ms: int) -> None:
    """Give a person an id of the moment when he is named."""
    person.id = dice.id_at(ms)
    person.text = short(person.id)
