"""Figures and indicators over HTTP."""

import orjson
import pytest

from toso.kernel.ids import short

from .client import code_of
from .world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def ask(world: World, person: str = "district", **query: object):
    words = "&".join(f"{key.rstrip('_')}={value}" for key, value in query.items())
    return world.phones[person].get(f"/api/v1/figures?{words}")


def test_a_figure_says_what_it_counts_where_and_by_which_boundaries(world: World):
    answer = ask(world, indicator="hamlets", unit=short(world.commune), on="2024-09-30", boundaries="2024-12-31")
    body = orjson.loads(answer.content)
    assert body["value"] == 2
    assert body["indicator"]["code"] == "hamlets"
    assert (body["on"], body["boundaries"]) == ("2024-09-30", "2024-12-31")
    assert (body["hamlets"], body["hamlets_reporting"], body["freshest"]) == (2, 0, None)
    assert body["unit"]["id"] == short(world.commune)


def test_missing_is_null(world: World):
    body = orjson.loads(ask(world, indicator="people", unit=short(world.hamlet), on="2024-09-30").content)
    assert body["value"] is None
    assert body["declared"] is None
    assert body["boundaries"] == "2024-09-30"


def test_breakdowns(world: World):
    body = orjson.loads(ask(world, indicator="hamlets", unit=short(world.commune), by="child").content)
    assert [line["unit"]["name"] for line in body["by"]] == ["Ấp Trường Thành A", "Ấp Trường Thành B"]
    days = ask(world, indicator="hamlets", unit=short(world.commune), by="day", from_="2024-09-01", on="2024-09-03")
    assert [line["day"] for line in orjson.loads(days.content)["by"]] == ["2024-09-01", "2024-09-02", "2024-09-03"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"indicator": "nonsense"}, "indicator_unknown"),
        ({"indicator": "people", "by": "week"}, "value_invalid"),
        ({"indicator": "people", "on": "2024-02-30"}, "date_invalid"),
        ({"indicator": "people", "from_": "2024-09-01", "on": "2024-09-30"}, "period_not_tallied"),
        ({"indicator": "visits", "from_": "2024-10-01", "on": "2024-09-30"}, "date_invalid"),
    ],
)
def test_questions_that_have_no_answer(world: World, query, code):
    assert code_of(ask(world, unit=short(world.commune), **query)) == code


def test_indicators_are_listed_in_the_language_of_the_caller(world: World):
    items = orjson.loads(world.phones["nobody"].get("/api/v1/indicators", accept_language="en").content)["items"]
    assert {"people", "participation", "visits", "visited_households", "residents_at_stage"} <= {
        i["code"] for i in items
    }
