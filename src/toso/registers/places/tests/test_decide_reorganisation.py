"""Decisions: merge, split, transfer, end, and what is refused."""

from datetime import date

import pytest

from toso.engine.journal import selectors as journal
from toso.engine.journal import services as journal_services
from toso.engine.journal.types import SYSTEM, cell_stream
from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem
from toso.registers.places import selectors, services
from toso.registers.places.types import (
    Clause,
    Create,
    End,
    Level,
    Merge,
    Part,
    Rename,
    Reorganisation,
    Split,
    Transfer,
)

from .factories import AUTHOR, decide, make_world, new_unit

pytestmark = pytest.mark.django_db
BEFORE, ON, LATER = date(2025, 6, 30), date(2025, 7, 1), date(2025, 8, 1)


def reason(on: date, *clauses: Clause) -> str:
    with pytest.raises(Problem) as caught:
        decide(on, *clauses)
    assert caught.value.code == "reorganisation_invalid"
    return str(caught.value.params["reason"])


def test_merging_communes_keeps_hamlets_and_their_cells():
    world = make_world()
    merged = new_unit(Level.COMMUNE, "Gộp", world["D0"], "10000")
    outcome = decide(ON, Merge(units=(world["C00"], world["C01"]), into=merged))
    assert set(outcome.ended) == {world["C00"], world["C01"]}
    assert list(outcome.created) == [merged.id]
    assert len(selectors.units(ON, parent=merged.id)) == 4
    old, new = selectors.by_code("10000", BEFORE), selectors.by_code("10000", ON)
    assert old is not None
    assert new is not None
    assert (old.id, new.id) == (world["C00"], merged.id)


def test_twelve_hamlets_become_eight():
    world = make_world(districts=1, communes=1, hamlets=12)
    clauses = [
        Merge(units=(world[f"H00{i}"], world[f"H00{i + 8}"]), into=new_unit(Level.HAMLET, f"Mới {i}", world["C00"]))
        for i in range(4)
    ]
    decide(ON, *clauses)
    tree = selectors.tree(ON)
    hamlets = [i for i, unit in enumerate(tree.units) if unit.level is Level.HAMLET]
    assert len(hamlets) == 8
    assert sorted(len(tree.cells[i]) for i in hamlets) == [1] * 4 + [2] * 4
    assert selectors.tree(BEFORE).cells_of(0) != []
    assert set(selectors.tree(BEFORE).cells_of(0)) == set(tree.cells_of(0))


def test_splitting_a_hamlet_refines_its_cell_for_all_dates():
    world = make_world()
    cell, households = world.cells["H000"], [new_id(), new_id()]
    part = new_unit(Level.HAMLET, "Mới", world["C01"])
    outcome = decide(ON, Split(unit_id=world["H000"], parts=(Part(into=part, households={cell: households}),)))
    (cut,) = outcome.splits
    (child,) = [c for c in cut.children if c != cut.remainder]
    assert cut.cell_id == cell
    assert list(cut.children[child]) == households
    assert set(selectors.cells_of_unit(world["H000"], BEFORE)) == {child, cut.remainder}
    assert selectors.cells_of_unit(world["H000"], ON) == [cut.remainder]
    assert selectors.cells_of_unit(part.id, ON) == [child]
    assert selectors.cells_now([cell, child]) == {cell: sorted(cut.children), child: [child]}
    assert not selectors.cell_lives(cell)
    assert selectors.cell_lives(child)
    assert selectors.hamlet_of_cell(cell, BEFORE) is None

    parent = journal.stream(cell_stream(cell))
    assert parent is not None
    assert parent.ended_seq == 1
    (last,) = [entry for page in journal.entries_of(parent.name) for entry in page]
    assert last.kind == "cell.split"
    assert last.data == {
        "children": {short(child): [short(h) for h in households], short(cut.remainder): []},
        "remainder": short(cut.remainder),
        "on": "2025-07-01",
    }
    for piece, hamlet in ((child, part.id), (cut.remainder, world["H000"])):
        state = journal.stream(cell_stream(piece))
        assert state is not None
        assert (state.born_from, state.born_seq, state.head) == (parent.name, 1, 2)
        (first,) = [entry for page in journal.entries_of(state.name) for entry in page]
        assert (first.seq, first.kind) == (2, "cell.born")
        assert first.data == {"from": short(cell), "seq": 1, "hamlet": short(hamlet)}


def test_a_merged_hamlet_splits_back_along_its_cells_without_cutting_them():
    world = make_world()
    merged = new_unit(Level.HAMLET, "Gộp", world["C00"])
    decide(ON, Merge(units=(world["H000"], world["H001"]), into=merged))
    part = new_unit(Level.HAMLET, "Lại", world["C00"])
    outcome = decide(LATER, Split(unit_id=merged.id, parts=(Part(into=part, cells=(world.cells["H001"],)),)))
    assert outcome.splits == ()
    assert selectors.cells_of_unit(part.id, LATER) == [world.cells["H001"]]
    assert selectors.cells_of_unit(merged.id, LATER) == [world.cells["H000"]]


def test_part_of_a_hamlet_goes_to_a_neighbour_and_the_rest_ends_in_another():
    world = make_world()
    cell = world.cells["H000"]
    parts = (Part(into=world["H001"], households={cell: [new_id()]}), Part(into=world["H010"]))
    outcome = decide(ON, Split(unit_id=world["H000"], parts=parts, remainder=world["H010"]))
    assert list(outcome.ended) == [world["H000"]]
    assert len(selectors.cells_of_unit(world["H001"], ON)) == 2
    assert outcome.splits[0].remainder in selectors.cells_of_unit(world["H010"], ON)
    assert {u.id for u in selectors.successors(world["H000"], ON)} == {world["H001"], world["H010"]}


def test_splitting_a_commune_gives_hamlets_away():
    world = make_world()
    part = new_unit(Level.COMMUNE, "Mới", world["D1"])
    decide(ON, Split(unit_id=world["C00"], parts=(Part(into=part, children=(world["H001"],)),)))
    assert [unit.id for unit in selectors.units(ON, parent=part.id)] == [world["H001"]]
    assert [unit.id for unit in selectors.units(ON, parent=world["C00"])] == [world["H000"]]


def test_a_level_is_abolished_when_its_units_are_moved():
    world = make_world(districts=1)
    moved = [Transfer(unit_id=world[c], parent_id=world["P"]) for c in ("C00", "C01")]
    assert reason(ON, moved[0], End(unit_id=world["D0"])) == "children_left"
    decide(ON, *moved, End(unit_id=world["D0"]))
    assert len(selectors.units(ON, parent=world["P"])) == 2
    assert [u.id for u in selectors.successors(world["D0"], ON)] == [world["C00"], world["C01"]]


def test_a_created_hamlet_gets_a_cell_from_its_day():
    world = make_world()
    created = new_unit(Level.HAMLET, "Mới", world["C00"])
    decide(ON, Create(unit=created))
    assert len(selectors.cells_of_unit(created.id, ON)) == 1
    assert selectors.unit_on(created.id, BEFORE) is None


def test_a_future_decision_holds_from_its_day():
    world = make_world()
    decide(date(2999, 1, 1), Rename(unit_id=world["P"], name_vi="Mai sau"))
    assert selectors.require_unit(world["P"], ON).name_vi == "Mẫu"
    assert selectors.require_unit(world["P"], date(2999, 1, 1)).name_vi == "Mai sau"


def test_what_does_not_fit_is_refused():
    world = make_world()
    merged = new_unit(Level.COMMUNE, "Gộp", world["D0"])
    assert reason(ON) == "nothing"
    assert reason(ON, Merge(units=(world["C00"], new_id()), into=merged)) == "unit_not_on_date"
    assert reason(ON, Merge(units=(world["C00"], world["C00"]), into=merged)) == "unit_twice"
    assert reason(ON, Merge(units=(world["C00"],), into=merged), End(unit_id=world["C00"])) == "unit_twice"
    assert reason(ON, Merge(units=(world["C00"], world["D1"]), into=merged)) == "level"
    assert reason(ON, Merge(units=(world["D0"],), into=merged)) == "level"
    assert reason(ON, Transfer(unit_id=world["H000"], parent_id=world["D0"])) == "level"
    assert reason(ON, Transfer(unit_id=world["D0"], parent_id=world["C00"])) == "level"
    assert reason(ON, Transfer(unit_id=world["C00"], parent_id=new_id())) == "parent"
    assert reason(ON, End(unit_id=world["H000"])) == "children_left"
    orphan = new_unit(Level.HAMLET, "Mồ côi", None)
    assert reason(ON, Create(unit=orphan)) == "parent"
    into_gone = new_unit(Level.HAMLET, "A", world["C00"])
    assert reason(ON, Merge(units=(world["C00"], world["C01"]), into=merged), Create(unit=into_gone)) == "parent"
    taken = new_unit(Level.COMMUNE, "A", world["D0"], "10011")
    assert reason(ON, Merge(units=(world["C00"], world["C01"]), into=taken)) == "code_taken"
    assert reason(ON, Rename(unit_id=world["C00"], name_vi="")) == "name"
    twice = Rename(unit_id=world["C00"], name_vi="A")
    assert reason(ON, twice, twice) == "unit_twice"


def test_splits_that_do_not_fit_are_refused():
    world = make_world()
    part, other = new_unit(Level.HAMLET, "A", world["C00"]), new_unit(Level.HAMLET, "B", world["C00"])
    cell, household = world.cells["H000"], new_id()

    def split(*parts: Part) -> Split:
        return Split(unit_id=world["H000"], parts=parts)

    assert reason(ON, split()) == "nothing"
    assert reason(ON, split(Part(into=part))) == "nothing"
    assert reason(ON, split(Part(into=part, cells=(cell,)))) == "nothing"
    assert reason(ON, split(Part(into=part, cells=(world.cells["H001"],)))) == "not_below"
    both = [Part(into=unit, households={cell: [household]}) for unit in (part, other)]
    assert reason(ON, split(*both)) == "assigned_twice"
    assert reason(ON, split(Part(into=world["H000"], households={cell: [household]}))) == "unit_twice"
    lost = Split(unit_id=world["H000"], parts=(Part(into=part, cells=(cell,)),), remainder=other.id)
    assert reason(ON, lost) == "remainder"
    assert reason(ON, Split(unit_id=world["C00"], parts=(Part(into=part, children=(world["H000"],)),))) == "level"


def test_decisions_that_meet_are_entered_in_order_of_time():
    world = make_world()
    decide(LATER, Transfer(unit_id=world["H000"], parent_id=world["C01"]))
    merged = new_unit(Level.COMMUNE, "Gộp", world["D0"])
    assert reason(ON, Merge(units=(world["C00"],), into=merged)) == "later_changes"
    assert reason(ON, Rename(unit_id=world["H000"], name_vi="A")) == "later_changes"
    decide(ON, Rename(unit_id=world["C10"], name_vi="Không gặp nhau"))
    decide(LATER, Rename(unit_id=world["H000"], name_vi="Cùng ngày"))
    assert selectors.require_unit(world["H000"], LATER).name_vi == "Cùng ngày"


def test_several_decisions_stand_or_fall_together():
    world = make_world()
    good = Reorganisation(decision="1", on=ON, clauses=(Rename(unit_id=world["P"], name_vi="A"),))
    bad = Reorganisation(decision="2", on=ON, clauses=(End(unit_id=world["P"]),))
    stream = journal.stream(SYSTEM)
    with pytest.raises(Problem):
        services.decide_reorganisation(acts=[good, bad], author=AUTHOR)
    assert journal.stream(SYSTEM) == stream
    assert selectors.require_unit(world["P"], ON).name_vi == "Mẫu"


def test_a_service_joins_an_open_batch():
    world = make_world()
    part = new_unit(Level.HAMLET, "A", world["C00"])
    cut = Split(unit_id=world["H000"], parts=(Part(into=part, households={world.cells["H000"]: [new_id()]}),))
    act = Reorganisation(decision="1", on=ON, clauses=(cut,))
    with journal_services.writing(services.streams_of([act])) as writer:
        services.decide_reorganisation(acts=[act], author=AUTHOR, writer=writer)
        assert selectors.unit_on(part.id, ON) is not None
    assert [view.decision for view in selectors.reorganisations()] == ["1"]
