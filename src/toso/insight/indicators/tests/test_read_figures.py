"""One number with everything that is needed to judge it."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers import world as scene
from toso.insight.indicators import selectors, services
from toso.insight.indicators.models import Formula
from toso.insight.indicators.types import Figure
from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem

from .factories import add_household, declare, move_household, record_visit, set_day_sheet

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = date(2024, 8, 20), date(2024, 9, 5)
ON = date(2024, 9, 30)


@pytest.fixture
def world() -> scene.World:
    return scene.build(3)


def read(code: str, unit, on: date = ON, boundaries: date = ON, **more) -> Figure:
    return selectors.figure(code, unit, on, boundaries, **more)


def test_a_missing_value_is_missing_never_zero(world):
    for code in ("people", "participation", "visits", "community_group_members", "ethnic_minority_share", "assists"):
        found = read(code, world.commune)
        assert (found.value, found.declared) == (None, None), code
    add_household(world.cells[0], 4, AUGUST)
    assert read("people", world.commune).value == 4
    assert read("visits", world.commune).value == 0, "whoever has households in the books has been visited 0 times"
    assert read("people", world.hamlets[1]).value is None
    assert read("people", world.commune, AUGUST - timedelta(days=1)).value is None
    assert read("participation", world.commune).value is None, "nobody is named"


def test_the_share_of_participants_is_a_ratio_of_sums(world):
    one = add_household(world.cells[0], 5, AUGUST, residents=2)
    two = add_household(world.cells[1], 3, AUGUST, zalo=False, residents=1)
    record_visit(one[0], SEPTEMBER, [(one[1], "vneid", "told"), (one[2], "dien_thoai", "alone")])
    record_visit(two[0], SEPTEMBER, [(two[1], "thanh_toan", "told")])
    assert read("participation", world.commune).value == 3 / 8
    assert read("guided_directly", world.commune).value == 2 / 3
    assert read("zalo_dissemination", world.commune).value == 2 / 3
    assert read("participation", world.commune, SEPTEMBER - timedelta(days=1)).value == 0
    below = read("participation", world.district, by="child").items
    assert [(item.unit and item.unit.id, item.value) for item in below] == [(world.commune, 3 / 8)]
    below = read("participation", world.province, by="descendant").items
    assert [item.value for item in below] == [3 / 8, 3 / 8, 3 / 8, 2 / 5, 1 / 3, None]


def test_declared_is_not_recorded(world):
    home = add_household(world.cells[0], 10, AUGUST, residents=1)
    record_visit(home[0], SEPTEMBER, [(home[1], "dich_vu_cong", "set_up")])
    declare(world.commune, "online_service_accounts", 100, date(2024, 8, 1))
    declare(world.commune, "online_service_accounts", 80, date(2024, 9, 10))
    declare(world.hamlets[1], "participation", 4, SEPTEMBER)
    early, late = (read("online_service_accounts", world.district, on) for on in (SEPTEMBER, ON))
    assert (early.value, early.declared) == (101, 100)
    assert (late.value, late.declared) == (81, 80), "a later opening figure replaces the earlier"
    share = read("participation", world.commune)
    assert (share.value, share.declared) == (5 / 10, 4 / 10)
    hamlet = read("online_service_accounts", world.hamlets[0])
    assert (hamlet.value, hamlet.declared) == (1, None), "what the commune declared is no hamlet's"


def test_a_recorded_assist_replaces_its_line_of_a_day_sheet(world):
    home = add_household(world.cells[0], 4, AUGUST, residents=1)
    set_day_sheet(world.cells[0], SEPTEMBER, "vneid", 3)
    assert (read("assists", world.commune).value, read("assists", world.commune).declared) == (3, 3)
    record_visit(home[0], SEPTEMBER, [(home[1], "vneid", "told"), (None, "thanh_toan", "told")])
    found = read("assists", world.commune)
    assert (found.value, found.declared) == (4, 2)
    assert read("assists", world.commune, service="vneid").value == 3
    assert read("assists", world.commune, service=short(world.services["thanh_toan"])).value == 1


def test_flows_and_periods(world):
    home = add_household(world.cells[0], 4, AUGUST)
    other = add_household(world.cells[1], 4, AUGUST)
    for day in (1, 3, 3, 20):
        record_visit(home[0], date(2024, 9, day))
    record_visit(other[0], date(2024, 8, 31))
    assert read("visits", world.commune).value == 5
    assert read("visits", world.commune, from_=date(2024, 9, 1)).value == 4
    assert read("visited_households", world.commune).value == 2
    assert read("visited_households", world.commune, from_=date(2024, 9, 2)).value == 1
    days = read("visits", world.commune, date(2024, 9, 4), from_=date(2024, 8, 30), by="day")
    assert [(item.day and item.day.day, item.value) for item in days.items] == [
        (30, 0),
        (31, 1),
        (1, 1),
        (2, 0),
        (3, 2),
        (4, 0),
    ]
    assert days.value == 4
    series = read("households", world.commune, date(2024, 8, 21), from_=date(2024, 8, 18), by="descendant,day")
    assert [list(item.values or ()) for item in series.items] == [
        [None, None, 2, 2], [None, None, 1, 1], [None, None, 1, 1], [None, None, None, None],
    ]  # fmt: skip
    assert series.value == 2


def test_whoever_moves_in_is_counted_where_nobody_was_named_before(world):
    home = add_household(world.cells[0], 4, AUGUST, residents=1)
    record_visit(home[0], SEPTEMBER, [(home[1], "vneid", "told")])
    move_household(home[0], world.cells[1], date(2024, 9, 20))
    for code, here, there in (("participants", 0, 1), ("people", 0, 4), ("visited_households", 0, 1)):
        assert read(code, world.hamlets[0]).value == here
        assert read(code, world.hamlets[1]).value == there
        assert read(code, world.hamlets[1], date(2024, 9, 19)).value is None
    assert read("visits", world.hamlets[0]).value == 1, "what happened stays where it happened"


def test_stages_are_those_of_the_latest_help(world):
    home = add_household(world.cells[0], 4, AUGUST, residents=1)
    record_visit(home[0], date(2024, 9, 10), [(home[1], "vneid", "level_2")])
    record_visit(home[0], date(2024, 9, 5), [(home[1], "vneid", "installed")])

    def at(stage: str, on: date) -> object:
        return read("residents_at_stage", world.commune, on, service="vneid", stage=stage).value

    assert [at("installed", date(2024, 9, day)) for day in (4, 5, 9, 10)] == [0, 1, 1, 0]
    assert [at("level_2", date(2024, 9, day)) for day in (9, 10)] == [0, 1]
    assert read("residents_at_stage", world.commune).value == 1


def test_who_was_heard_and_when(world):
    add_household(world.cells[0], 4, ON - timedelta(days=6))
    add_household(world.cells[1], 4, ON - timedelta(days=40))
    found = read("people", world.commune).as_json()
    assert (found["hamlets"], found["hamlets_reporting"]) == (3, 1)
    assert (found["freshest"], found["stalest"]) == (ON - timedelta(days=6), ON - timedelta(days=40))
    week_later = read("people", world.commune, ON + timedelta(days=1)).reporting
    assert week_later.reporting == 0
    assert found["indicator"]["code"] == "people"
    assert found["unit"]["id"] == short(world.commune)


def test_teams_and_boundaries_are_counted(world):
    assert read("teams", world.commune).value == 3
    assert read("team_members", world.hamlets[0]).value == 3
    assert read("team_members", world.district, date(2022, 1, 1)).value is None
    assert read("hamlets", world.province).value == 3
    assert read("units", world.district).value == 1
    assert read("units", world.hamlets[0]).value is None


def test_what_cannot_be_answered_says_why(world):
    cases: dict[str, dict[str, Any]] = {
        "indicator_unknown": {"code": "happiness"},
        "unit_unknown": {"unit": new_id()},
        "date_invalid": {"from_": ON + timedelta(days=1), "code": "visits"},
        "period_not_tallied": {"from_": SEPTEMBER},
        "value_invalid": {"by": "colour"},
        "service_unknown": {"code": "assists", "service": "astrology"},
        "stage_unknown": {"code": "residents_at_stage", "stage": "mastery"},
    }
    for code, arguments in cases.items():
        with pytest.raises(Problem) as raised:
            read(**{"code": "people", "unit": world.commune, **arguments})
        assert raised.value.code == code
    with pytest.raises(Problem, match="period_not_tallied"):
        read("people", world.commune, from_=ON - timedelta(days=400), by="day")


def test_many_indicators_in_few_queries(world, django_assert_max_num_queries):
    home = add_household(world.cells[0], 5, AUGUST, residents=2)
    record_visit(home[0], SEPTEMBER, [(home[1], "vneid", "told")])
    codes = ["people", "participation", "teams", "hamlets", "visits", "no_such_thing"]
    selectors.figures_for_units(codes, world.commune, ON, ON)
    with django_assert_max_num_queries(20):
        found = selectors.figures_for_units(codes, world.commune, ON, ON)
    assert [figure.indicator.code for figure in found] == codes[:-1]
    for figure in found:
        assert figure.value == read(figure.indicator.code, world.commune).value
        assert figure.below == {hamlet: read(figure.indicator.code, hamlet).value for hamlet in world.hamlets}, (
            figure.indicator.code
        )


def test_reading_is_right_with_or_without_carried_months(world):
    home = add_household(world.cells[0], 5, date(2024, 5, 1), residents=1)
    record_visit(home[0], date(2024, 5, 2), [(home[1], "vneid", "told")])

    def everything() -> list[object]:
        return [read(code, world.commune, on).value for code in ("people", "participation") for on in (ON, AUGUST)]

    before = everything()
    assert services.carry_forward(ON) > 0
    assert everything() == before
    add_household(world.cells[1], 3, date(2024, 6, 1))
    services.carry_forward(ON)
    assert read("people", world.commune).value == 8
    assert services.check_tallies() == []


def test_indicators_are_named_in_each_language():
    for lang in ("vi", "km", "en"):
        for item in selectors.indicators(lang):
            assert all(item[part] and f".{part}" not in str(item[part]) for part in ("name", "explanation", "unit")), (
                item
            )


def test_a_definition_that_waits_says_so(world):
    assert services.adopt_definitions()  # the world has tallies and no note of any definition
    assert read("people", world.commune).computing == 0
    services.rebuild_tallies()
    assert read("people", world.commune).computing is None
    assert services.adopt_definitions() == []
    Formula.objects.filter(code="participants").update(version=0)
    assert services.adopt_definitions() == ["participants"]
    assert read("participation", world.commune).computing == 0
