"""Steps: from one subject's dated history to a step function over days.

Days are ordinals, spans half-open, `OPEN` an end that is not known. A step is (measure, day, change). Everything here
is pure; the same functions serve the projector, the rebuild and the check.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from .blocks import measure_id

OPEN: Final = 1 << 30


@cache
def stage_measure(service: bytes, stage: str) -> int:
    """Residents at a stage of a service."""
    return measure_id("residents_at_stage", service.hex(), stage)


@cache
def assist_measure(service: bytes, how: str) -> int:
    """Assists with a service, `recorded` or `declared` on day sheets."""
    return measure_id("assists", service.hex(), how)


Span = tuple[int, int]
Step = tuple[int, int, int]
Assist = tuple[int, bytes, int, str]
"""(day, operation, number in the visit, stage): sorts by what decides about the latest."""

PEOPLE: Final = measure_id("people")
HOUSEHOLDS: Final = measure_id("households")
VISITED: Final = measure_id("visited_households")
PARTICIPANTS: Final = measure_id("participants")
GUIDED: Final = measure_id("guided")
ZALO: Final = measure_id("zalo_reached")
OUTCOMES: Final = ("met", "absent", "come_back", "not_now")
TEAMS: Final = measure_id("teams")
MEMBERS: Final = measure_id("team_members")
GROUPS: Final = measure_id("community_groups")
GROUP_MEMBERS: Final = measure_id("community_group_members")
ETHNIC_TOTAL: Final = measure_id("ethnicity", "total")
ETHNIC_MINORITY: Final = measure_id("ethnicity", "minority")
MAJORITY: Final = "kinh"
_OUTCOME: Final = {name: measure_id("visits", name) for name in OUTCOMES}


@dataclass(slots=True)
class Household:
    """A household in one cell: its stays there, dated facts, and the first day it was called at."""

    stays: Sequence[Span] = ()
    people: Sequence[tuple[int, int]] = ()
    zalo: Sequence[tuple[int, bool | None]] = ()
    first_call: int | None = None


@dataclass(slots=True)
class Resident:
    """A resident with its aliases in one cell: stays as (household, from, to), and assists by service."""

    stays: Sequence[tuple[bytes, int, int]] = ()
    assists: dict[bytes, list[Assist]] = field(default_factory=dict)
    members: frozenset[bytes] = frozenset()


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap or touch put together, empty ones left out, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def clipped(spans: Iterable[Span], first: int) -> list[Span]:
    """Spans from a day on."""
    return [(max(start, first), end) for start, end in spans if end > first and start < end]


def presence(measure: int, spans: Iterable[Span]) -> list[Step]:
    """1 on the days of these disjoint spans."""
    steps: list[Step] = []
    for start, end in spans:
        steps.append((measure, start, 1))
        if end != OPEN:
            steps.append((measure, end, -1))
    return steps


def level(measure: int, spans: Iterable[Span], values: Sequence[tuple[int, int]]) -> list[Step]:
    """A dated value on the days of these disjoint spans; before its first day it is the first value."""
    steps: list[Step] = []
    if not values:
        return steps
    for start, end in spans:
        now = values[0][1]
        for day, value in values:
            if day <= start:
                now = value
        if now:
            steps.append((measure, start, now))
        for day, value in values:
            if start < day < end and value != now:
                steps.append((measure, day, value - now))
                now = value
        if end != OPEN and now:
            steps.append((measure, end, -now))
    return steps


def household_steps(household: Household) -> list[Step]:
    """Households, their people, and those called at."""
    spans = joined(household.stays)
    return [
        *presence(HOUSEHOLDS, spans),
        *level(PEOPLE, spans, household.people),
        *visited_steps(household),
    ]


def visited_steps(household: Household) -> list[Step]:
    """1 from the first call on, while the household is here."""
    if household.first_call is None:
        return []
    return presence(VISITED, clipped(joined(household.stays), household.first_call))


def first_assist(resident: Resident, services: frozenset[bytes] | None = None) -> int | None:
    """The day of the first assist, with any service or one of these."""
    days = [a[0] for s, own in resident.assists.items() if services is None or s in services for a in own]
    return min(days) if days else None


def resident_steps(resident: Resident, guiding: frozenset[bytes], households: Mapping[bytes, Household]) -> list[Step]:
    """Everything that one person counts for. `guiding`: the services that make a person `guided`."""
    if not resident.assists:
        return []
    steps = participant_steps(resident, first_assist(resident), households)
    steps += guided_steps(resident, first_assist(resident, guiding))
    for service, own in resident.assists.items():
        steps += stage_steps(resident, service, own)
    return steps


def _spans(resident: Resident) -> list[Span]:
    stays = resident.stays
    if len(stays) == 1:
        return [stays[0][1:]] if stays[0][1] < stays[0][2] else []
    return joined((start, end) for _, start, end in stays)


def participant_steps(resident: Resident, first: int | None, households: Mapping[bytes, Household]) -> list[Step]:
    """1 from the first assist on while present; the same on days when the household gets news through a Zalo group."""
    if first is None:
        return []
    steps = presence(PARTICIPANTS, clipped(_spans(resident), first))
    reached: list[Span] = []
    for key, start, end in resident.stays:
        home = households.get(key)
        if home is not None:
            reached += [(max(start, a), min(end, b)) for a, b in _zalo(home) if a < end and start < b]
    if reached:
        steps += presence(ZALO, clipped(joined(reached), first))
    return steps


def _zalo(household: Household) -> list[Span]:
    """The spans on which a household gets news through a Zalo group; the first answer holds for days before it."""
    spans: list[Span] = []
    values = household.zalo
    for i, (day, value) in enumerate(values):
        if value:
            spans.append((0 if i == 0 else day, values[i + 1][0] if i + 1 < len(values) else OPEN))
    return spans


def guided_steps(resident: Resident, first: int | None) -> list[Step]:
    """1 from the first assist with a guiding service on, while present."""
    return [] if first is None else presence(GUIDED, clipped(_spans(resident), first))


def later_stage_steps(resident: Resident, service: bytes, before: str | None, new: Assist) -> list[Step]:
    """What an assist changes that is the latest of its service, after the stage `before`."""
    if before == new[3]:
        return []
    spans = clipped(_spans(resident), new[0])
    steps = presence(stage_measure(service, new[3]), spans)
    if before is not None:
        steps += [(measure, day, -change) for measure, day, change in presence(stage_measure(service, before), spans)]
    return steps


def stage_steps(resident: Resident, service: bytes, assists: Sequence[Assist]) -> list[Step]:
    """1 at the stage of the latest assist, by (day, operation, number), while present."""
    stages: list[tuple[int, str]] = []
    for day, _, _, stage in sorted(assists):
        if stages and stages[-1][0] == day:
            stages[-1] = (day, stage)
        else:
            stages.append((day, stage))
    spans = _spans(resident)
    steps: list[Step] = []
    for i, (day, stage) in enumerate(stages):
        last = stages[i + 1][0] if i + 1 < len(stages) else OPEN
        own = [(max(start, day), min(end, last)) for start, end in spans if start < last and end > day]
        steps += presence(stage_measure(service, stage), joined(own))
    return steps


def visit_steps(day: int, outcome: str, services: Iterable[bytes]) -> list[Step]:
    """One visit and the assists given in it, on its day."""
    steps = [(_OUTCOME[outcome], day, 1)]
    steps += [(assist_measure(service, "recorded"), day, 1) for service in services]
    return steps


def line_steps(day: int, service: bytes, count: int, recorded: int) -> list[Step]:
    """What a line of a day sheet declares beyond the assists that are recorded for it."""
    rest = count - recorded
    return [(assist_measure(service, "declared"), day, rest)] if rest > 0 else []


def declared_steps(figures: Iterable[tuple[str, int, int]]) -> list[Step]:
    """Opening figures (indicator, value, from day on), in order: a later one replaces the earlier from its day on."""
    by_code: dict[str, dict[int, int]] = {}
    for code, value, day in figures:
        by_code.setdefault(code, {})[day] = value
    steps: list[Step] = []
    for code, values in by_code.items():
        steps += _changes(measure_id(code, "declared"), sorted(values.items()))
    return steps


def _changes(measure: int, values: Iterable[tuple[int, int]]) -> list[Step]:
    """A dated value from its first day on, 0 before."""
    steps: list[Step] = []
    now = 0
    for day, value in values:
        if value != now:
            steps.append((measure, day, value - now))
            now = value
    return steps


def ethnicity_steps(counts: Iterable[tuple[str, int, int]]) -> list[Step]:
    """Hamlet aggregates (group, from day on, people), in order of day: each group, all groups, all but Kinh."""
    by_group: dict[str, dict[int, int]] = {}
    for group, day, people in counts:
        by_group.setdefault(group.strip().casefold(), {})[day] = people
    steps: list[Step] = []
    for group, values in by_group.items():
        for _, day, change in _changes(0, sorted(values.items())):
            steps.append((measure_id("ethnicity", group), day, change))
            steps.append((ETHNIC_TOTAL, day, change))
            if group != MAJORITY:
                steps.append((ETHNIC_MINORITY, day, change))
    return steps
