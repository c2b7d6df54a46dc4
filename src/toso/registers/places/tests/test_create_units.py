"""Creating units."""

from datetime import date

import pytest

from toso.kernel.problems import Problem
from toso.registers.places import selectors, services
from toso.registers.places.types import Level, NewUnit

from .factories import AUTHOR, make_world, new_unit

pytestmark = pytest.mark.django_db
DAY = date(2024, 9, 30)


def reason(*acts: NewUnit) -> str:
    with pytest.raises(Problem) as caught:
        services.create_units(acts=acts, author=AUTHOR)
    assert caught.value.code == "reorganisation_invalid"
    return str(caught.value.params["reason"])


def test_units_stand_in_preorder_in_vietnamese_order():
    acts = [NewUnit(level=Level.PROVINCE, kind="Tỉnh", name_vi="Mẫu")]
    acts += [new_unit(Level.COMMUNE, name, acts[0].id) for name in ("10", "Ô", "2", "Đa", "Da", "An", "Ấp", "Ăn")]
    services.create_units(acts=acts, author=AUTHOR)
    tree = selectors.tree(DAY)
    assert [unit.name_vi for unit in tree.units] == ["Mẫu", "2", "10", "An", "Ăn", "Ấp", "Da", "Đa", "Ô"]
    assert tree.end == [9, *range(2, 10)]
    assert tree.children(0) == list(range(1, 9))
    assert tree.children(-1) == [0]


def test_parents_may_come_after_children_and_starts_follow_the_parent():
    top = NewUnit(level=Level.PROVINCE, kind="Tỉnh", name_vi="Mẫu", starts=date(2020, 1, 1))
    xa = new_unit(Level.COMMUNE, "Một", top.id)
    ap = new_unit(Level.HAMLET, "Hai", xa.id)
    made = services.create_units(acts=[ap, xa, top], author=AUTHOR)
    assert [unit.id for unit in made] == [ap.id, xa.id, top.id]
    assert {unit.starts for unit in made} == {date(2020, 1, 1)}
    assert made[0].cell_id
    assert made[1].cell_id is None
    assert selectors.unit_on(ap.id, date(2019, 12, 31)) is None
    hamlet = selectors.hamlet_of_cell(made[0].cell_id, DAY)
    assert hamlet is not None
    assert hamlet.name() == "Ấp Hai"
    assert selectors.cells_of_unit(top.id, date(2019, 1, 1)) == []


def test_the_unfit_is_refused_with_its_reason():
    world = make_world()
    assert reason(new_unit(Level.HAMLET, "A", world["D0"])) == "level"
    assert reason(new_unit(Level.DISTRICT, "A", world["C00"])) == "level"
    assert reason(new_unit(Level.HAMLET, "A", None)) == "parent"
    assert reason(new_unit(Level.HAMLET, "A", new_unit(Level.COMMUNE, "B", None).id)) == "parent"
    assert reason(new_unit(Level.COMMUNE, "A", world["D0"], "10000")) == "code_taken"
    twins = [new_unit(Level.COMMUNE, "A", world["D0"], "7"), new_unit(Level.COMMUNE, "B", world["D0"], "7")]
    assert reason(*twins) == "code_taken"
    assert reason(new_unit(Level.COMMUNE, "", world["D0"])) == "name"
    assert reason(new_unit(Level.COMMUNE, "  Hai", world["D0"])) == "name"
    again = new_unit(Level.COMMUNE, "A", world["D0"])
    assert reason(again, again) == "unit_twice"


def test_a_refused_batch_leaves_nothing():
    world = make_world()
    before = len(selectors.tree(DAY).units)
    reason(new_unit(Level.COMMUNE, "Mới", world["D0"]), new_unit(Level.COMMUNE, "A", world["D0"], "10000"))
    assert len(selectors.tree(DAY).units) == before


def test_creating_many_takes_few_statements(django_assert_max_num_queries):
    world = make_world()
    acts = [new_unit(Level.HAMLET, f"{i}", world["C00"]) for i in range(700)]
    with django_assert_max_num_queries(60):
        services.create_units(acts=acts, author=AUTHOR)
    assert len(selectors.cells_of_unit(world["C00"], DAY)) == 702
