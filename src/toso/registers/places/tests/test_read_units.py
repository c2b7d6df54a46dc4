"""Reading units by the boundaries of any date."""

from datetime import date

import pytest
from django.db import transaction

from toso.engine.journal import selectors as journal
from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem
from toso.registers.places import selectors
from toso.registers.places.types import Level, Merge, Rename, Transfer

from .factories import decide, make_world, names, new_unit

pytestmark = pytest.mark.django_db
BEFORE, ON, AFTER = date(2025, 6, 30), date(2025, 7, 1), date(2026, 1, 1)


def test_units_are_found_by_parent_code_level_and_name():
    world = make_world()
    assert names(selectors.units(ON, parent=world["D0"])) == ["Xã Xã 00", "Xã Xã 01"]
    assert [unit.id for unit in selectors.units(ON, code="10010")] == [world["C10"]]
    assert selectors.units(ON, code="10010", parent=world["D0"]) == []
    assert len(selectors.units(ON, level="hamlet")) == 8
    assert len(selectors.units(ON, level=Level.HAMLET, limit=3)) == 3
    assert names(selectors.units(ON, level="hamlet", limit=1, offset=7)) == ["Ấp Ấp 111"]
    assert names(selectors.units(ON, q="AP ap 000")) == ["Ấp Ấp 000"]
    assert [unit.id for unit in selectors.ancestors(world["H000"], ON)] == [world["P"], world["D0"], world["C00"]]


def test_a_rename_holds_from_its_day():
    world = make_world()
    decide(ON, Rename(unit_id=world["C00"], name_vi="Mới", kind="Phường", code="99"))
    assert names([selectors.require_unit(world["C00"], day) for day in (BEFORE, ON)]) == ["Xã Xã 00", "Phường Mới"]
    assert selectors.by_code("10000", ON) is None
    found = selectors.by_code("99", ON)
    assert found is not None
    assert found.id == world["C00"]
    assert found.starts is None
    history = selectors.unit_history(world["C00"])
    assert [(version.starts, version.ends) for version in history] == [(None, ON), (ON, None)]


def test_a_unit_that_has_ended_names_its_successors():
    world = make_world()
    merged = new_unit(Level.COMMUNE, "Gộp", world["D0"], "10000")
    decide(ON, Merge(units=(world["C00"], world["C01"]), into=merged))
    with pytest.raises(Problem) as caught:
        selectors.require_unit(world["C00"], ON)
    assert caught.value.code == "unit_not_on_boundaries"
    assert caught.value.params == {"successors": short(merged.id)}
    with pytest.raises(Problem) as caught:
        selectors.require_unit(merged.id, BEFORE)
    assert caught.value.params == {"successors": f"{short(world['C00'])},{short(world['C01'])}"}
    assert selectors.last_day(world["C00"]) == BEFORE
    assert selectors.last_day(merged.id) is None
    assert selectors.cells_of_unit(world["C00"], AFTER) == selectors.cells_of_unit(world["C00"], BEFORE)
    assert selectors.cells_of_unit(merged.id, BEFORE) == []
    with pytest.raises(Problem) as caught:
        selectors.require_unit(new_id(), ON)
    assert caught.value.code == "unit_unknown"


def test_without_cells_successors_follow_decisions():
    world = make_world(hamlets=0)
    first = new_unit(Level.COMMUNE, "Một", world["D0"])
    second = new_unit(Level.COMMUNE, "Hai", world["D0"])
    decide(ON, Merge(units=(world["C00"], world["C01"]), into=first))
    decide(AFTER, Merge(units=(first.id, world["C10"]), into=second))
    assert [unit.id for unit in selectors.successors(world["C00"], AFTER)] == [second.id]
    assert {unit.id for unit in selectors.successors(second.id, BEFORE)} == {world[c] for c in ("C00", "C01", "C10")}


def test_a_transfer_takes_everything_below_along():
    world = make_world()
    decide(ON, Transfer(unit_id=world["C00"], parent_id=world["D1"]))
    cells = [world.cells["H000"], world.cells["H001"]]
    assert set(cells) < set(selectors.cells_of_unit(world["D1"], ON))
    assert set(cells) < set(selectors.cells_of_unit(world["D0"], BEFORE))
    assert not set(cells) & set(selectors.cells_of_unit(world["D0"], ON))


def test_trees_are_kept_and_a_rolled_back_change_leaves_no_trace(django_assert_num_queries):
    world = make_world()
    kept = selectors.tree(ON)
    with django_assert_num_queries(1):
        assert selectors.tree(BEFORE) is kept
    with transaction.atomic():
        decide(ON, Rename(unit_id=world["P"], name_vi="Khác"))
        assert selectors.require_unit(world["P"], ON).name_vi == "Khác"
        transaction.set_rollback(True)
    assert selectors.require_unit(world["P"], ON).name_vi == "Mẫu"
    assert selectors.tree(AFTER) is kept


@pytest.mark.django_db(transaction=True)
def test_trees_are_read_inside_and_outside_of_a_consistent_view():
    world = make_world()
    with journal.reading():
        assert selectors.require_unit(world["P"], ON).name_vi == "Mẫu"
    decide(ON, Rename(unit_id=world["P"], name_vi="Khác"))
    assert selectors.require_unit(world["P"], ON).name_vi == "Khác"
    with journal.reading():
        assert selectors.require_unit(world["P"], BEFORE).name_vi == "Mẫu"
