"""Sums before and after a reorganisation agree, by the boundaries of either date."""

from datetime import date

import pytest

from toso.engine.journal.types import Author
from toso.engine.sync.types import office_header
from toso.insight.indicators import selectors
from toso.kernel.ids import new_id
from toso.kernel.problems import Problem
from toso.registers.catalogue import services as catalogue
from toso.registers.places import services as places
from toso.registers.places.types import Level, NewUnit
from toso.registers.roles.tests.factories import Land, make_land, merge_land
from toso.registers.teams.services import act_on_teams
from toso.registers.teams.types import CountEthnicity, CountGroup, FoundTeam, NewMember, OpenGroup, TeamAct

from .factories import add_household, declare

pytestmark = pytest.mark.django_db
OLD, NEW, EARLY = date(2025, 6, 30), date(2025, 7, 1), date(2025, 1, 1)
CODES = ("people", "households", "teams", "team_members", "community_group_members", "participants")


@pytest.fixture
def land() -> Land:
    """Eight hamlets with households; teams at every level; opening figures at communes and a district."""
    land = make_land()
    catalogue.seed_services()
    for n, (_, cell) in enumerate(sorted(land.cells.items())):
        add_household(cell, 2 + n, EARLY)
    acts: list[TeamAct] = []
    for n, name in enumerate(("P", "D0", "D1", "C00", "C01", "C10", "C11", "H000", "H110")):
        team, group = new_id(), new_id()
        members = [NewMember(new_id(), "Thành viên Mẫu") for _ in range(n + 1)]
        acts += [
            FoundTeam(team, land[name], f"Tổ {name}", EARLY, members),
            OpenGroup(group, team, land[name], "Nhóm", "policy", EARLY),
            CountGroup(group, land[name], 10 + n, EARLY),
        ]
    acts += [CountEthnicity(land["H000"], "khmer", 30, EARLY), CountEthnicity(land["H000"], "kinh", 70, EARLY)]
    act_on_teams(acts=acts, header=office_header(None))
    for name, value in (("C00", 7), ("C10", 11), ("D0", 100)):
        declare(land[name], "participants", value, EARLY)
    merge_land(land)
    return land


def value(code: str, unit, on: date, boundaries: date):
    return selectors.figure(code, unit, on, boundaries).value


@pytest.mark.parametrize("on", [OLD, NEW])
@pytest.mark.parametrize("code", CODES)
def test_the_whole_is_the_same_by_both_boundaries(land, code, on):
    assert value(code, land["P"], on, OLD) == value(code, land["NP"], on, NEW)


@pytest.mark.parametrize("code", ["people", "households"])
def test_what_stands_on_the_ground_goes_with_the_ground(land, code):
    merged = sum(value(code, land[name], OLD, OLD) for name in ("C00", "C01", "C10"))
    assert value(code, land["NC"], OLD, NEW) == merged
    assert value(code, land["C11"], OLD, NEW) == value(code, land["C11"], OLD, OLD)


def test_own_facts_of_ended_units_count_in_the_lowest_unit_that_holds_their_ground(land):
    # C00, C01, C10 and the hamlet H000 have one team each, and D0 is no more than C00 and C01: all its ground is in NC.
    assert value("teams", land["NC"], NEW, NEW) == 5
    assert value("teams", land["C11"], NEW, NEW) == 2
    assert value("teams", land["NP"], NEW, NEW) == 9
    # D1 is spread over NC and C11: its team and the province's are found at the top alone.
    assert value("teams", land["D0"], OLD, OLD) == 4
    assert selectors.figure("participants", land["NC"], NEW, NEW).declared == 118


def test_a_new_units_facts_are_found_by_the_old_boundaries(land):
    team = new_id()
    act_on_teams(acts=[FoundTeam(team, land["NC"], "Tổ mới", NEW, [])], header=office_header(None))
    assert value("teams", land["NP"], NEW, NEW) == 10
    assert value("teams", land["P"], NEW, OLD) == 10
    assert value("teams", land["D0"], NEW, OLD) == 4, "NC's ground lies in both old districts"


def test_an_ended_unit_names_its_successors(land):
    with pytest.raises(Problem) as raised:
        value("people", land["C00"], NEW, NEW)
    assert raised.value.code == "unit_not_on_boundaries"
    assert raised.value.params["successors"]


def test_shares_of_ethnic_groups_are_ratios_of_aggregates(land):
    assert value("khmer_share", land["C00"], OLD, OLD) == 0.3
    assert value("ethnic_minority_share", land["NC"], NEW, NEW) == 0.3
    assert value("khmer_share", land["C01"], OLD, OLD) is None


def test_every_unit_is_the_sum_of_its_children_and_its_own(land):
    for boundaries, top in ((OLD, "P"), (NEW, "NP")):
        for code in ("people", "teams"):
            found = selectors.figure(code, land[top], NEW, boundaries, by="descendant").items
            items = {item.unit.id: item.value for item in found if item.unit}
            for unit, number in items.items():
                assert value(code, unit, NEW, boundaries) == number


def test_the_real_merger_of_2025_keeps_the_sum():
    author = Author(None)
    ids = places.seed_soc_trang(author=author)
    hamlets = [
        NewUnit(level=Level.HAMLET, kind="Ấp", name_vi=f"Mẫu {n}", parent_id=ids[code])
        for n, code in enumerate(sorted(c for c in ids if len(c) == 5)[:40])
    ]
    made = places.create_units(acts=hamlets, author=author)
    for n, unit in enumerate(made):
        assert unit.cell_id
        add_household(unit.cell_id, 1 + n % 5, EARLY)
    act_on_teams(
        acts=[FoundTeam(new_id(), unit, "Tổ", EARLY, [NewMember(new_id(), "Mẫu")]) for unit in ids.values()],
        header=office_header(None),
    )
    new = places.seed_merger_2025(author=author)
    for code in ("people", "households", "teams", "team_members"):
        before = value(code, ids["94"], NEW, OLD)
        assert before == value(code, new["92"], NEW, NEW)
        assert before == value(code, ids["94"], OLD, OLD) == value(code, new["92"], OLD, NEW)
    top = selectors.figure("people", new["92"], NEW, NEW)
    assert top.coverage == {"loaded": 43, "exist": 103}
