"""Who may record what, where, on which day: `Standing.refusal`, rule by rule."""

from datetime import date, timedelta

import pytest

from toso.kernel.clock import DAY_MS, day_start_ms
from toso.kernel.ids import new_id
from toso.registers.roles.access import standings
from toso.registers.roles.types import Role, Standing

from .factories import AFTER, BEFORE, LONG_AGO, MERGER, end, make_land, merge_land, on_day, standing, start

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ENDED = date(2025, 3, 1)
RECORDED = day_start_ms(date(2025, 3, 5)) + DAY_MS // 2


def judged(of: Standing, cell, day: date, base: int | None, now: int) -> str | None:
    problem = of.refusal(cell, day, base, now)
    return problem.code if problem else None


@pytest.fixture
def land():
    return make_land()


@pytest.mark.parametrize("role", [Role.MEMBER, Role.LEADER, Role.DEPUTY])
def test_a_running_term_is_accepted_inside_its_days_and_cells(land, role):
    own, other = land.cells["H000"], land.cells["H001"]
    of = standing(start(land["H000"], role), BEFORE)
    now = day_start_ms(BEFORE)
    assert judged(of, own, BEFORE, 0, now) is None
    assert judged(of, own, LONG_AGO, None, now) is None
    assert judged(of, own, LONG_AGO - DAY, 0, now) == "term_not_covering_day"
    assert judged(of, other, BEFORE, 0, now) == "cell_not_yours"
    assert judged(of, new_id(), BEFORE, 0, now) == "cell_not_yours"


@pytest.mark.parametrize(
    "role", [Role.TRAINER, Role.AUDITOR, Role.ADMINISTRATOR, Role.DUTY_OFFICER, Role.PROVINCE_OFFICIAL]
)
def test_other_roles_record_nothing(land, role):
    of = standing(start(land["P"], role), BEFORE)
    assert judged(of, land.cells["H000"], BEFORE, 0, day_start_ms(BEFORE)) == "cell_not_yours"
    assert of.served_cells(BEFORE) == []


def test_nobody_without_a_term_records_anything(land):
    person = new_id()
    of = standings([person])[person]
    assert judged(of, land.cells["H000"], BEFORE, 0, day_start_ms(BEFORE)) == "cell_not_yours"
    assert of.terms == []


def test_teams_of_communes_and_districts_serve_all_cells_below(land):
    of_commune, of_district = standing(start(land["C00"]), BEFORE), standing(start(land["D0"]), BEFORE)
    assert set(of_commune.served_cells(BEFORE)) == land.cells_under("C00")
    assert set(of_district.served_cells(BEFORE)) == land.cells_under("D0")
    official = standing(start(land["C00"], Role.COMMUNE_OFFICIAL), BEFORE)
    assert judged(official, land.cells["H001"], BEFORE, 0, day_start_ms(BEFORE)) is None


def test_own_hamlet_comes_first_among_served_cells(land):
    person = new_id()
    start(land["C00"], Role.COMMUNE_OFFICIAL, person=person)
    of = standing(start(land["H001"], person=person), BEFORE)
    assert of.served_cells(BEFORE) == [land.cells["H001"], land.cells["H000"]]


@pytest.fixture
def ended(land) -> tuple[Standing, object]:
    """A term that ended on 1 March, recorded on 5 March at noon."""
    term = start(land["H000"])
    with on_day(date(2025, 3, 5)):
        end(term, ENDED)
    return standing(term, AFTER), land.cells["H000"]


def test_after_the_end_what_was_recorded_before_is_still_accepted(ended):
    of, cell = ended
    last = ENDED - DAY
    assert judged(of, cell, last, RECORDED - 1, RECORDED + 30 * DAY_MS) is None
    assert judged(of, cell, last, 0, RECORDED + 1) is None
    assert judged(of, cell, last, RECORDED - 1, RECORDED + 30 * DAY_MS + 1) == "arrived_too_late"
    assert judged(of, cell, last, RECORDED, RECORDED + 1) == "term_ended"
    assert judged(of, cell, last, None, RECORDED + 1) == "term_ended"
    assert judged(of, cell, ENDED, RECORDED - 1, RECORDED + 1) == "term_ended"
    assert judged(of, cell, LONG_AGO - DAY, RECORDED - 1, RECORDED + 1) == "term_not_covering_day"


def test_an_end_set_ahead_counts_from_its_day(land):
    with on_day(LONG_AGO):
        term = start(land["H000"], ends=ENDED)
    of, cell, closing = standing(term, AFTER), land.cells["H000"], day_start_ms(ENDED)
    assert judged(of, cell, ENDED - DAY, closing - 5, closing - 1) is None
    assert judged(of, cell, ENDED - DAY, closing - 1, closing + 30 * DAY_MS) is None
    assert judged(of, cell, ENDED - DAY, closing, closing + 1) == "term_ended"
    assert judged(of, cell, ENDED - DAY, 0, closing + 30 * DAY_MS + 1) == "arrived_too_late"


def test_two_terms_with_a_gap_leave_the_gap_uncovered(land):
    person = new_id()
    end(start(land["H000"], person=person), ENDED)
    of = standing(start(land["H000"], starts=BEFORE, person=person), BEFORE)
    now = day_start_ms(BEFORE)
    assert judged(of, land.cells["H000"], ENDED - DAY, now, now) is None
    assert judged(of, land.cells["H000"], ENDED, now, now) == "term_not_covering_day"


def test_a_term_not_yet_begun_covers_nothing(land):
    of = standing(start(land["H000"], starts=AFTER), BEFORE)
    assert judged(of, land.cells["H000"], BEFORE, 0, day_start_ms(BEFORE)) == "term_not_covering_day"
    assert of.served_cells(BEFORE) == []
    assert not of.leads(land.cells["H000"], BEFORE)


def test_a_term_at_an_ended_unit_covers_the_cells_of_its_last_day(land):
    term = start(land["C00"])
    merge_land(land)
    of = standing(term, AFTER)
    assert set(of.served_cells(AFTER)) == land.cells_under("C00")
    assert judged(of, land.cells["H000"], AFTER, 0, day_start_ms(AFTER)) is None
    assert judged(of, land.cells["H010"], AFTER, 0, day_start_ms(AFTER)) == "cell_not_yours"
    end(term, AFTER)
    assert standing(term, AFTER).served_cells(AFTER) == []


def test_standings_of_many_take_few_queries(land, django_assert_max_num_queries):
    people = [start(land[unit]).person_id for unit in ("H000", "C00", "D0", "H100") for _ in range(5)]
    merge_land(land)
    standings(people, MERGER)
    with django_assert_max_num_queries(5):
        assert len(standings(people, MERGER)) == 20
