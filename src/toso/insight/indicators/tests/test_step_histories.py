"""Steps of one subject, added up, give on every day what a look at its history gives."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from toso.insight.indicators.rules import blocks, steps
from toso.insight.indicators.rules.steps import OPEN, Household, Resident

DAYS = st.integers(1, 40)
HOMES = [bytes([n]) * 16 for n in range(3)]
SERVICES = [bytes([n]) * 16 for n in range(10, 13)]
GUIDING = frozenset(SERVICES[:1])


@st.composite
def spans(draw: Any) -> list[tuple[int, int]]:
    edges = sorted(draw(st.lists(DAYS, max_size=6)))
    found = list(zip(edges[::2], edges[1::2], strict=False))
    return [*found, (edges[-1], OPEN)] if edges and draw(st.booleans()) else found


@st.composite
def dated(draw: Any, values: Any) -> list[tuple[int, Any]]:
    days = sorted(draw(st.lists(DAYS, min_size=1, max_size=4, unique=True)))
    return [(day, draw(values)) for day in days]


@st.composite
def households(draw: Any) -> Household:
    return Household(
        draw(spans()), draw(dated(st.integers(0, 9))), draw(dated(st.sampled_from([None, True, False]))),
        draw(st.none() | DAYS),
    )  # fmt: skip


@st.composite
def residents(draw: Any) -> Resident:
    stays = [(draw(st.sampled_from(HOMES)), *span) for span in draw(spans())]
    if draw(st.booleans()):
        stays += [(draw(st.sampled_from(HOMES)), *span) for span in draw(spans())]  # an alias
    assists: dict[bytes, list[steps.Assist]] = {}
    for n, (day, service, stage) in enumerate(
        draw(st.lists(st.tuples(DAYS, st.sampled_from(SERVICES), st.sampled_from("abc")), max_size=6))
    ):
        assists.setdefault(service, []).append((day, bytes([n % 3]) * 16, n, stage))
    return Resident(stays, assists)


def on(made: list[steps.Step], day: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for measure, start, change in made:
        if start <= day:
            found[measure] = found.get(measure, 0) + change
    return {measure: value for measure, value in found.items() if value}


def here(stays: Any, day: int) -> list[Any]:
    return [stay for stay in stays if stay[-2] <= day < stay[-1]]


def fact(values: list[tuple[int, Any]], day: int) -> Any:
    return next((value for start, value in reversed(values) if start <= day), values[0][1])


@given(households(), st.integers(0, 45))
def test_households(household: Household, day: int) -> None:
    expected: dict[int, int] = {}
    if here(household.stays, day):
        expected = {steps.HOUSEHOLDS: 1, steps.PEOPLE: fact(list(household.people), day)}
        expected[steps.VISITED] = int(household.first_call is not None and household.first_call <= day)
    assert on(steps.household_steps(household), day) == {m: v for m, v in expected.items() if v}


@given(residents(), st.lists(households(), min_size=3, max_size=3), st.integers(0, 45))
def test_residents(resident: Resident, homes: list[Household], day: int) -> None:
    by_id = dict(zip(HOMES, homes, strict=True))
    given_now = {s: sorted(a for a in own if a[0] <= day) for s, own in resident.assists.items()}
    given_now = {s: own for s, own in given_now.items() if own}
    expected: dict[int, int] = {}
    present = here(resident.stays, day)
    if present and given_now:
        expected[steps.PARTICIPANTS] = 1
        if GUIDING & given_now.keys():
            expected[steps.GUIDED] = 1
        if any(fact(list(by_id[stay[0]].zalo), day) for stay in present):
            expected[steps.ZALO] = 1
        for service, own in given_now.items():
            expected[steps.stage_measure(service, own[-1][3])] = 1
    assert on(steps.resident_steps(resident, GUIDING, by_id), day) == expected


@given(residents(), st.integers(0, 45))
def test_a_latest_assist_changes_what_the_whole_would(resident: Resident, day: int) -> None:
    for service, own in resident.assists.items():
        *before, new = sorted(own)
        last = before[-1][3] if before else None
        changed = steps.later_stage_steps(resident, service, last, new)
        whole = steps.stage_steps(resident, service, own)
        less = [(m, start, -change) for m, start, change in steps.stage_steps(resident, service, before)]
        assert on(changed, day) == on(whole + less, day)


@given(st.dictionaries(st.integers(738000, 738100), st.integers(-5, 5), max_size=20))
def test_blocks_hold_what_was_added(days: dict[int, int]) -> None:
    node = bytes(16)
    found: dict[int, int] = {}
    closing = 0
    for _, _, month, opening, packed in blocks.whole({(node, 7): days}):
        assert opening == closing
        running = blocks.unpack(packed)
        closing = opening + running[-1]
        for index, change in enumerate(blocks.changes(running)):
            if change:
                found[blocks.first_day(month) + index] = change
    assert found == {day: change for day, change in days.items() if change}


def test_day_sheets_declare_only_what_is_not_recorded() -> None:
    measure = steps.assist_measure(SERVICES[0], "declared")
    assert steps.line_steps(5, SERVICES[0], 3, 1) == [(measure, 5, 2)]
    assert steps.line_steps(5, SERVICES[0], 3, 4) == []


def test_a_later_opening_figure_replaces_the_earlier_from_its_day_on() -> None:
    made = steps.declared_steps([("guided", 10, 3), ("guided", 4, 8), ("people", 7, 5)])
    guided = blocks.measure_id("guided", "declared")
    assert [on(made, day).get(guided) for day in (2, 3, 7, 8)] == [None, 10, 10, 4]
