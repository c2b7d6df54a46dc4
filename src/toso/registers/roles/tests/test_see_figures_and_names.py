"""Who may see names, and who figures: rights flow down today's boundaries."""

import pytest

from toso.kernel.ids import new_id
from toso.kernel.problems import Problem
from toso.registers.places import services as places
from toso.registers.places.types import Level, Merge, NewUnit, Reorganisation
from toso.registers.roles.access import cell_for_view, standings, unit_for_figures
from toso.registers.roles.types import Role, Standing

from .factories import AFTER, AUTHOR, BEFORE, MERGER, end, make_land, merge_land, standing, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def land():
    return make_land()


def seen(of: Standing, land, on) -> set[str]:
    return {name for name, unit in land.ids.items() if of.may_see_figures(unit, on)}


def below(land, name: str) -> set[str]:
    return {other for other in land.ids if other[1:].startswith(name[1:])}


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        (Role.PROVINCE_OFFICIAL, "P"), (Role.DISTRICT_OFFICIAL, "D0"), (Role.COMMUNE_OFFICIAL, "C01"),
        (Role.MEMBER, "H001"), (Role.LEADER, "C10"), (Role.AUDITOR, "D1"), (Role.ADMINISTRATOR, "P"),
    ],
)  # fmt: skip
def test_figures_are_seen_from_the_own_unit_downwards(land, role, unit):
    assert seen(standing(start(land[unit], role), BEFORE), land, BEFORE) == below(land, unit)


def test_trainers_strangers_and_the_retired_see_no_figures(land):
    assert seen(standing(start(land["P"], Role.TRAINER), BEFORE), land, BEFORE) == set()
    person = new_id()
    assert seen(standings([person])[person], land, BEFORE) == set()
    term = start(land["P"], Role.PROVINCE_OFFICIAL)
    end(term, BEFORE)
    assert seen(standing(term, BEFORE), land, BEFORE) == set()


def test_only_those_who_serve_a_cell_see_names(land):
    cell = land.cells["H000"]
    allowed = {
        (Role.MEMBER, "H000"), (Role.LEADER, "C00"), (Role.COMMUNE_OFFICIAL, "C00"), (Role.DEPUTY, "D0"),
    }  # fmt: skip
    refused = {
        (Role.MEMBER, "H001"), (Role.COMMUNE_OFFICIAL, "C01"), (Role.DISTRICT_OFFICIAL, "D0"),
        (Role.PROVINCE_OFFICIAL, "P"), (Role.ADMINISTRATOR, "P"), (Role.AUDITOR, "C00"), (Role.TRAINER, "H000"),
    }  # fmt: skip
    for role, unit in allowed | refused:
        of = standing(start(land[unit], role), BEFORE)
        assert of.may_see_names(cell, BEFORE) == ((role, unit) in allowed), (role, unit)
        if (role, unit) in allowed:
            assert cell_for_view(of, cell, BEFORE) == cell
        else:
            with pytest.raises(Problem) as caught:
                cell_for_view(of, cell, BEFORE)
            assert caught.value.code == "cell_not_yours"


def test_leaders_deputies_and_commune_officials_lead(land):
    cell = land.cells["H000"]
    leads = {
        role: standing(start(land[unit], role), BEFORE).leads(cell, BEFORE)
        for role, unit in (
            (Role.LEADER, "H000"), (Role.DEPUTY, "H000"), (Role.COMMUNE_OFFICIAL, "C00"), (Role.MEMBER, "H000"),
            (Role.PROVINCE_OFFICIAL, "P"),
        )
    }  # fmt: skip
    assert [role for role, does in leads.items() if does] == [Role.LEADER, Role.DEPUTY, Role.COMMUNE_OFFICIAL]


def test_a_district_official_sees_what_the_district_was_until_the_role_ends(land):
    term = start(land["D0"], Role.DISTRICT_OFFICIAL)
    merge_land(land)
    of = standing(term, AFTER)
    assert seen(of, land, AFTER) == below(land, "D0")
    assert seen(of, land, BEFORE) == below(land, "D0")  # NC also holds a commune of the other district
    end(term, AFTER)
    assert seen(standing(term, AFTER), land, AFTER) == set()


def test_an_official_of_the_new_commune_sees_its_old_parts_by_their_own_boundaries(land):
    merge_land(land)
    of = standing(start(land["NC"], Role.COMMUNE_OFFICIAL, starts=MERGER), AFTER)
    old = below(land, "C00") | below(land, "C01") | below(land, "C10")
    for on in (BEFORE, AFTER):  # not the district above, though all its ground is here
        assert seen(of, land, on) == old | {"NC"}
    assert unit_for_figures(of, land["C00"], BEFORE).id == land["C00"]
    for unit, on, code in (
        (land["C00"], AFTER, "unit_not_on_boundaries"), (land["D0"], BEFORE, "forbidden"),
        (land["C11"], AFTER, "forbidden"), (new_id(), AFTER, "unit_unknown"),
    ):  # fmt: skip
        with pytest.raises(Problem) as caught:
            unit_for_figures(of, unit, on)
        assert caught.value.code == code


def test_old_units_without_cells_are_seen_through_their_successors():
    top = NewUnit(level=Level.PROVINCE, kind="Tỉnh", name_vi="Mẫu")
    communes = [NewUnit(level=Level.COMMUNE, kind="Xã", name_vi=f"{i}", parent_id=top.id) for i in range(3)]
    places.create_units(acts=[top, *communes], author=AUTHOR)
    into = NewUnit(level=Level.COMMUNE, kind="Xã", name_vi="Gộp", parent_id=top.id)
    merge = Merge(units=(communes[0].id, communes[1].id), into=into)
    places.decide_reorganisation(acts=[Reorganisation(decision="1", on=MERGER, clauses=(merge,))], author=AUTHOR)
    of = standing(start(into.id, Role.COMMUNE_OFFICIAL, starts=MERGER), AFTER)
    assert [of.may_see_figures(unit.id, BEFORE) for unit in communes] == [True, True, False]
    assert not of.may_see_figures(top.id, AFTER)
