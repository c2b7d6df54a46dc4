"""Whatever is decided, and in whatever order: no ground is lost, every date has one tree, replay gives the same.

Random sequences of decisions (rename, merge, split, transfer, of hamlets and communes; dates forth and back) are
entered; each is either applied or refused whole.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from toso.engine.journal import selectors as journal
from toso.engine.journal import services as journal_services
from toso.engine.journal.types import Author, cell_stream
from toso.kernel.ids import new_id
from toso.kernel.problems import Problem
from toso.registers.places import models, selectors, services
from toso.registers.places.types import (
    FAR,
    BoundaryTree,
    Clause,
    Level,
    Merge,
    NewUnit,
    Part,
    Rename,
    Reorganisation,
    Split,
    Transfer,
    UnitView,
)  # fmt: skip

AUTHOR = Author(None)
START = date(2024, 1, 1)
TABLES = (models.Unit, models.UnitVersion, models.Cell, models.CellBelonging, models.Heir, models.Reorganisation)
ACTS = ("rename", "merge", "split", "transfer", "split_off", "two_at_once")
KINDS = {Level.COMMUNE: "Xã", Level.HAMLET: "Ấp", Level.DISTRICT: "Huyện", Level.PROVINCE: "Tỉnh"}

steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(-40, 90), st.integers(0, 2**32)), min_size=1, max_size=10)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Hypothesis runs many examples in one test: each gets a transaction of its own."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def make_province() -> None:
    top = NewUnit(level=Level.PROVINCE, kind="Tỉnh", name_vi="Mẫu", code="1")
    acts = [top]
    for d in range(2):
        district = NewUnit(level=Level.DISTRICT, kind="Huyện", name_vi=f"{d}", code=f"1{d}", parent_id=top.id)
        acts.append(district)
        for c in range(3):
            xa = NewUnit(level=Level.COMMUNE, kind="Xã", name_vi=f"{c}", code=f"1{d}{c}", parent_id=district.id)
            acts.append(xa)
            acts += [NewUnit(level=Level.HAMLET, kind="Ấp", name_vi=f"{h}", parent_id=xa.id) for h in range(2)]
    services.create_units(acts=acts, author=AUTHOR)


def clauses(act: str, tree: BoundaryTree, rng: Random) -> list[Clause]:
    level = rng.choice((Level.HAMLET, Level.COMMUNE))
    found = [unit for unit in tree.units if unit.level is level]
    unit = rng.choice(found)
    parent = unit.parent_id

    def made(code: str = "") -> NewUnit:
        return NewUnit(level=level, kind=KINDS[level], name_vi=f"Mới {rng.randrange(99)}", code=code, parent_id=parent)

    if act == "rename":
        return [Rename(unit_id=unit.id, name_vi=f"Tên {rng.randrange(99)}", code=f"9{rng.randrange(30)}")]
    if act == "transfer":
        above = [u for u in tree.units if u.level is (Level.COMMUNE if level is Level.HAMLET else Level.DISTRICT)]
        return [Transfer(unit_id=unit.id, parent_id=rng.choice(above).id)]
    if act == "merge":
        others = rng.sample(found, min(len(found), rng.randint(1, 3)))
        chosen = tuple({unit.id: None} | {other.id: None for other in others})
        return [Merge(units=chosen, into=made(rng.choice([unit.code, "", f"8{rng.randrange(30)}"])))]
    if act in ("split", "split_off"):
        return [split(tree, unit, made(), made(), ends=act == "split", rng=rng)]
    first, second = rng.sample(found, 2) if len(found) > 1 else (unit, unit)
    return [
        Merge(units=(first.id,), into=made(first.code)),
        *clauses(rng.choice(ACTS[:4]), without(tree, first), rng),
    ] + ([Rename(unit_id=second.id, name_vi="Hai")] if rng.random() < 0.3 else [])


def without(tree: BoundaryTree, unit: UnitView) -> BoundaryTree:
    """A tree to choose from in which a unit is not offered (others may still meet it: then it is refused)."""
    units = [u for u in tree.units if u.id != unit.id]
    if {u.level for u in units} == {u.level for u in tree.units}:
        at = tree.index
        cells = [tree.cells[at[u.id]] for u in units]
        return BoundaryTree(
            tree.since, tree.until, units, [], [], [], cells, [], {u.id: i for i, u in enumerate(units)}
        )
    return tree


def split(tree: BoundaryTree, unit: UnitView, first: NewUnit, second: NewUnit, *, ends: bool, rng: Random) -> Split:
    into: list[NewUnit | UUID] = [first, second]
    if unit.level is Level.COMMUNE:
        below = [u.id for u in tree.units if u.parent_id == unit.id]
        rng.shuffle(below)
        half = len(below) // 2
        parts = [Part(into=first, children=tuple(below[:half])), Part(into=second, children=tuple(below[half:]))]
    else:
        if not ends and rng.random() < 0.5:
            into[1] = rng.choice([u.id for u in tree.units if u.level is Level.HAMLET])
        own = list(tree.cells[tree.index[unit.id]])
        whole = rng.sample(own, rng.randrange(len(own)))
        cut = [cell for cell in own if cell not in whole][: rng.randint(0, 2)]
        parts = [
            Part(into=into[0], cells=tuple(whole), households={cell: [new_id(), new_id()] for cell in cut}),
            Part(into=into[1], households={cell: [new_id()] for cell in cut}),
        ]
    keeps = second.id if isinstance(into[1], NewUnit) else into[1]
    return Split(unit_id=unit.id, parts=tuple(parts), remainder=keeps if ends else None)


def assert_refused(problem: Problem) -> None:
    assert problem.code == "reorganisation_invalid", problem


def enter(sequence: list[tuple[str, int, int]]) -> int:
    """Enter the decisions; answers how many were applied. A refused one must leave nothing."""
    day, applied = START, 0
    for act, days, seed in sequence:
        day += timedelta(days=days)
        rng = Random(seed)
        chosen = clauses(act, selectors.tree(day), rng)
        before = journal.stream("system")
        try:
            decision = Reorganisation(decision=act, on=day, clauses=tuple(chosen))
            services.decide_reorganisation(acts=[decision], author=AUTHOR)
            applied += 1
        except Problem as problem:
            assert_refused(problem)
            assert journal.stream("system") == before
    return applied


def days_of_interest() -> list[date]:
    days = {START - timedelta(days=400), START, date(2030, 1, 1)}
    for model in (models.UnitVersion, models.CellBelonging):
        for day in model._default_manager.values_list("starts", flat=True):
            days.update((day, day - timedelta(days=1)) if day > date.min else ())
    return sorted(days)


def check_tree(on: date) -> set[UUID]:
    """One consistent preorder tree; answers its cells."""
    tree = selectors.tree(on)
    assert tree.since <= on < tree.until or tree.until == FAR
    for i, unit in enumerate(tree.units):
        above = tree.parent[i]
        assert tree.index[unit.id] == i
        assert (unit.level is Level.PROVINCE) == (above < 0)
        assert i < tree.end[i] <= len(tree.units)
        if above >= 0:
            assert above < i < tree.end[i] <= tree.end[above]
            assert tree.units[above].id == unit.parent_id
            assert tree.units[above].level.rank < unit.level.rank
            assert tree.depth[i] == tree.depth[above] + 1
            assert i in tree.children(above)
        assert bool(tree.cells[i]) <= (unit.level is Level.HAMLET)
        assert sorted(tree.cells_of(i)) == sorted(cell for j in tree.subtree(i) for cell in tree.cells[j])
        assert (unit.starts or date.min) <= on < (unit.ends or date.max)
    coded = [unit.code for unit in tree.units if unit.code]
    assert len(coded) == len(set(coded))
    for unit in tree.units:
        if unit.code:
            at = tree.by_code(unit.code)
            assert at is not None
            assert tree.units[at].id == unit.id
    held = [cell for own in tree.cells for cell in own]
    assert len(held) == len(set(held))
    return set(held)


def check_streams() -> None:
    """A split cell's stream has ended; its children continue its numbers."""
    for cell in models.Cell.objects.filter(parent__isnull=False):
        assert cell.parent_id is not None
        own, parent = journal.stream(cell_stream(cell.pk)), journal.stream(cell_stream(cell.parent_id))
        assert own is not None
        assert parent is not None
        assert own.born_from == parent.name
        assert own.born_seq == parent.ended_seq == parent.head


def check_successors(on: date) -> None:
    """Every unit that ever was leads to units of the date that hold its ground."""
    tree = selectors.tree(on)
    units = list(models.Unit.objects.values_list("id", flat=True))
    owned = selectors.cells_of_units(units, on)
    for unit, heirs in selectors.successors_of(units, on).items():
        cells = {cell for cell in owned[unit] if tree.hamlet_of(cell) is not None}
        assert cells <= {cell for heir in heirs for cell in tree.cells_of(tree.index[heir.id])}


def rows() -> list[list[tuple[object, ...]]]:
    return [sorted(table._default_manager.values_list(), key=repr) for table in TABLES]


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(sequence=steps)
def test_any_sequence_of_decisions_keeps_all_ground(sequence: list[tuple[str, int, int]]) -> None:
    with rolled_back():
        make_province()
        enter(sequence)
        living = set(models.Cell.objects.filter(ended=False).values_list("id", flat=True))
        for day in days_of_interest():
            assert check_tree(day) == living
        check_streams()
        check_successors(date(2030, 1, 1))


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(sequence=steps)
def test_replay_gives_the_same_tables(sequence: list[tuple[str, int, int]]) -> None:
    with rolled_back():
        make_province()
        enter(sequence)
        before = rows()
        journal_services.refold()
        assert rows() == before


@pytest.mark.django_db
def test_most_random_decisions_are_applied() -> None:
    """The other tests would prove little if nearly everything were refused."""
    rng = Random(1)
    make_province()
    sequence = [(rng.choice(ACTS), rng.randint(0, 30), rng.randrange(2**32)) for _ in range(60)]
    assert enter(sequence) > 30
