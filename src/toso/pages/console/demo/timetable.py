"""When things happen in a hamlet: rounds in 2023 and 2024, ten days of campaign, then a steady life to the end day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from toso.kernel.clock import day_start_ms

from . import facts
from .dice import Dice
from .homes import Home, is_model
from .province import HamletPlan

ROUNDS: Final = (date(2023, 1, 9), date(2024, 9, 28))
LATER: Final = date(2024, 10, 14)
LIVELY_DAYS: Final = 14
SILENT_DAYS: Final = 9
#: hamlets nobody has heard of for nine days: (commune, hamlet)
SILENT: Final = (("31651", "Đức Hòa"), ("31660", "Hưng Lợi"), ("31669", "Bưng Cốc"))
#: hamlets that hand in day sheets
SHEETS: Final = (
    ("31639", "1"), ("31639", "4"), ("31642", "Phụng Tường 1"), ("31645", "Ngãi Hội 2"), ("31651", "Đức An"),
    ("31666", "Tân Hội"), ("31669", "Bưng Long"), ("31654", "Trường Thành B"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Something that happens at a moment, in the household with this number or in any.

    `part`: only some are helped at first; of a promise: it is overdue on the end day.
    """

    at: int
    kind: str
    home: int = -1
    part: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of the demonstration; `end` is its last one."""

    end: date

    def slots(self, dice: Dice, hamlet: HamletPlan, homes: Sequence[Home], *, moves: bool) -> list[Slot]:
        """Everything that happens in a hamlet, in order."""
        slots = [*_rounds(dice, homes), *_campaign(dice, hamlet, len(homes))]
        slots += self._later(dice, hamlet, moves)
        return sorted(slots)

    def _later(self, dice: Dice, hamlet: HamletPlan, moves: bool) -> list[Slot]:
        """From the campaign to the end day: visits now and then, more in the last two weeks."""
        model = is_model(hamlet)
        last = self.end - timedelta(days=LIVELY_DAYS)
        span = (last - LATER).days
        if span < 30:
            return []
        days = sorted({LATER + timedelta(days=dice.randrange(span)) for _ in range(24)})
        slots = [Slot(dice.moment(dice.choice(days)), "visit") for _ in range(90 if model else dice.randint(34, 46))]
        kinds = ["change"] * 9 + ["leave"] * 3 + ["close", "new", "new"] + ["move"] * moves
        kinds += ["void"] * 2 + ["correct"] * 2 if dice.share(0.5) or model else []
        slots += [Slot(dice.moment(dice.choice(days)), kind) for kind in kinds]
        if (hamlet.commune, hamlet.name) in SHEETS:
            weeks = range(0, span, 35)
            slots += [Slot(dice.moment(LATER + timedelta(days=week)), "sheet") for week in weeks]
        return slots + self._lately(dice, hamlet, model)

    def _lately(self, dice: Dice, hamlet: HamletPlan, model: bool) -> list[Slot]:
        if (hamlet.commune, hamlet.name) in SILENT:
            # Told on the day after the end day: nine days ago.
            day = self.end - timedelta(days=SILENT_DAYS - 1)
            return [Slot(dice.moment(day), "visit") for _ in range(3)]
        days = [
            self.end - timedelta(days=dice.randrange(LIVELY_DAYS)) for _ in range(22 if model else dice.randint(3, 7))
        ]
        days.append(self.end - timedelta(days=0 if model else dice.randrange(5)))
        slots = [Slot(dice.moment(day), "visit") for day in days]
        # Promised returns: some still to come, some overdue.
        for n in range(8 if model else 1):
            day = self.end - timedelta(days=dice.randrange(7, LIVELY_DAYS))
            slots.append(Slot(dice.moment(day), "promise", part=n % 3 == 1))
        if model:
            recent = [self.end - timedelta(days=dice.randrange(LIVELY_DAYS, 80)) for _ in range(12)]
            slots += [Slot(dice.moment(dice.choice(recent)), "visit") for _ in range(36)]
        return slots


def _rounds(dice: Dice, homes: Sequence[Home]) -> list[Slot]:
    """Every household is written down once; some are called at twice before October 2024."""
    first, last = ROUNDS
    span = (last - first).days
    days = sorted(dice.sample(range(span), 85))
    slots: list[Slot] = []
    for n, home in enumerate(homes):
        # The first year saw more doors than the second.
        day = days[min(int(dice.random() ** 1.25 * len(days)), len(days) - 1)]
        if n % 97 == 5:
            day = span - dice.randrange(3)
        part = home.helped > 1 and n > 0 and dice.share(0.15)
        again = part or (home.helped > 0 and dice.share(0.1))
        slots.append(Slot(dice.moment(first + timedelta(days=day)), "first", n, part))
        if again:
            later = [other for other in days if other > day] or [span + 1]
            slots.append(Slot(dice.moment(first + timedelta(days=dice.choice(later))), "second", n))
    return slots


def _campaign(dice: Dice, hamlet: HamletPlan, count: int) -> list[Slot]:
    """Ten days from door to door; while Khmer families kept Sene Đôlta the teams waited."""
    first, last = facts.CAMPAIGN
    model = is_model(hamlet)
    feast = (facts.SENE_DOLTA_ENDS - first).days + 1
    quiet = 0.12 if hamlet.shares.khmer > 0.4 else 0.8
    weights = [quiet if n < feast else 1.0 for n in range((last - first).days + 1)]
    share = 0.6 if model else dice.uniform(0.16, 0.26)
    chosen = sorted(dice.sample(range(count), int(count * share)))
    offsets = dice.choices(range(len(weights)), weights, k=len(chosen))
    return [
        Slot(dice.moment(first + timedelta(days=offset)), "campaign", n)
        for n, offset in zip(chosen, offsets, strict=True)
    ]


def cuts(end: date) -> list[int]:
    """Moments at which phones have handed in all they had: no batch of acts reaches across one."""
    days = [
        facts.CAMPAIGN[0], facts.CAMPAIGN[1] + timedelta(days=1), facts.MERGER,
        end - timedelta(days=LIVELY_DAYS - 1), end - timedelta(days=3), end + timedelta(days=1),
    ]  # fmt: skip
    return sorted(day_start_ms(day) for day in days)
