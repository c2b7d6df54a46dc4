"""What becomes of roles when their units end."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from toso.registers.roles import models, selectors, services
from toso.registers.roles.types import PassOn, Role

from .factories import (
    AFTER,
    AUTHOR,
    BEFORE,
    MERGER,
    end,
    make_land,
    merge_land,
    standing,
    start,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def test_officials_of_ended_communes_serve_the_successor():
    land = make_land()
    official = start(land["C00"], Role.COMMUNE_OFFICIAL)
    staying = start(land["C11"], Role.COMMUNE_OFFICIAL)
    district = start(land["D0"], Role.DISTRICT_OFFICIAL)
    merge_land(land)
    fates = services.pass_on_roles(acts=[PassOn(on=MERGER)], author=AUTHOR)
    assert {fate.term_id: fate.fate for fate in fates} == {official.id: "passed", district.id: "kept"}

    old, new = selectors.terms_of([official.person_id])[official.person_id]
    assert (old.ends, new.starts, new.unit_id, new.successor_of) == (MERGER, MERGER, land["NC"], official.id)
    assert set(standing(official, AFTER).served_cells(AFTER)) == land.cells_under("C0") | land.cells_under("C10")
    assert set(standing(staying, AFTER).served_cells(AFTER)) == land.cells_under("C11")


def test_roles_are_closed_by_choice_and_ended_terms_left_alone():
    land = make_land()
    member, over = start(land["C00"]), start(land["C00"], Role.COMMUNE_OFFICIAL)
    end(over, BEFORE)
    merge_land(land)
    fates = services.pass_on_roles(acts=[PassOn(on=MERGER, close=frozenset((Role.MEMBER,)))], author=AUTHOR)
    assert [(fate.term_id, fate.fate) for fate in fates] == [(member.id, "closed")]
    assert standing(member, AFTER).served_cells(AFTER) == []
    assert services.pass_on_roles(acts=[PassOn(on=MERGER)], author=AUTHOR) == []


def test_an_act_of_before_is_accepted_from_who_serves_on():
    land = make_land()
    official = start(land["C00"], Role.COMMUNE_OFFICIAL)
    merge_land(land)
    services.pass_on_roles(acts=[PassOn(on=MERGER)], author=AUTHOR)
    own, other = land.cells["H000"], land.cells["H100"]
    judged = standing(official)
    now = 1_800_000_000_000
    assert judged.refusal(own, BEFORE, now, now) is None
    refused = judged.refusal(other, BEFORE, now, now)
    assert refused is not None
    assert refused.code == "term_not_covering_day"
    assert judged.refusal(other, MERGER, now, now) is None


@pytest.mark.parametrize("many", [1, 40])
def test_the_number_of_statements_does_not_grow_with_the_terms(many):
    land = make_land()
    for unit in ("C00", "C01", "C10"):
        for _ in range(many):
            start(land[unit], Role.COMMUNE_OFFICIAL)
    merge_land(land)
    with CaptureQueriesContext(connection) as queries:
        services.pass_on_roles(acts=[PassOn(on=MERGER)], author=AUTHOR)
    assert len(queries) <= 80
    assert models.Term.objects.filter(unit_id=land["NC"]).count() == 3 * many
