"""Pure decisions: whether units may be created, and what a reorganisation does. No ORM, no clock.

Everything wrong is Problem reorganisation_invalid with `reason` (a word from `REASONS`) and, where one is to
blame, `unit` (short id). A concerned unit must be in its last known state on the decision's day: decisions are
entered in order of time wherever they meet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, Final, NoReturn
from uuid import UUID

from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem
from toso.kernel.text import nfc

from .types import (
    EVER,
    FAR,
    Clause,
    Create,
    End,
    Level,
    Merge,
    NewUnit,
    Part,
    Rename,
    Reorganisation,
    Split,
    SplitCell,
    Transfer,
)  # fmt: skip

REASONS: Final = frozenset(
    (
        "unit_not_on_date", "later_changes", "unit_twice", "level", "parent", "nothing", "name", "code_taken",
        "children_left", "not_below", "assigned_twice", "remainder",
    )
)  # fmt: skip


def invalid(reason: str, unit: UUID | None = None) -> NoReturn:
    """Raise Problem reorganisation_invalid."""
    assert reason in REASONS
    if unit is None:
        raise Problem("reorganisation_invalid", reason=reason)
    raise Problem("reorganisation_invalid", reason=reason, unit=short(unit))


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit's last version that is not over on the decision's day, and its life."""

    level: Level
    starts: date
    ends: date
    version_starts: date
    version_ends: date


@dataclass(frozen=True, slots=True)
class Below:
    """A child (or a hamlet's cell) that lies under a unit on or after the decision's day."""

    id: UUID
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class State:
    """What a decision needs to know: concerned units, what lies below them, and who bears which code."""

    units: Mapping[UUID, UnitState]
    children: Mapping[UUID, Sequence[Below]]
    cells: Mapping[UUID, Sequence[Below]]
    codes: Mapping[str, frozenset[UUID]]


@dataclass(slots=True)
class Plan:
    """What a decision does, ready to be written into its entry."""

    ended: list[UUID] = field(default_factory=list)
    new: list[tuple[NewUnit, UUID | None]] = field(default_factory=list)
    renamed: list[Rename] = field(default_factory=list)
    moved: dict[UUID, list[UUID]] = field(default_factory=dict)
    splits: list[SplitCell] = field(default_factory=list)
    cells: dict[UUID, list[UUID]] = field(default_factory=dict)
    heirs: list[tuple[UUID, UUID]] = field(default_factory=list)


def child_cell(cell: UUID, unit: UUID) -> UUID:
    """The id of the child of a cell that goes to a unit (the remainder: to the cell itself).

    A UUIDv7 of the unit's time: fixed by the act, so that the streams to lock are known before anything is read.
    """
    digest = int.from_bytes(blake2b(cell.bytes + unit.bytes, digest_size=10).digest(), "big")
    random = digest & ((1 << 12) - 1), digest >> 12 & ((1 << 62) - 1)
    return UUID(int=(unit.int >> 80) << 80 | 7 << 76 | random[0] << 64 | 2 << 62 | random[1])


def target(part: Part) -> UUID:
    """The unit that a part goes into."""
    return part.into.id if isinstance(part.into, NewUnit) else part.into


def split_cells(clause: Split) -> list[SplitCell]:
    """The cells of a hamlet that a split cuts: those in which some households, not all ground, are assigned."""
    found: dict[UUID, dict[UUID, Sequence[UUID]]] = {}
    for part in clause.parts:
        for cell, households in part.households.items():
            found.setdefault(cell, {})[child_cell(cell, target(part))] = tuple(households)
    return [
        SplitCell(cell, {**children, child_cell(cell, cell): ()}, child_cell(cell, cell))
        for cell, children in found.items()
    ]


def checked(unit: NewUnit) -> NewUnit:
    """The unit if its own members are in order: a name and kind in normal form, coordinates, coverage."""
    if (
        not unit.name_vi
        or not unit.kind
        or any(text != nfc(text) for text in (unit.name_vi, unit.kind, unit.name_km, unit.code))
    ):
        invalid("name", unit.id)
    if (unit.parent_id is None) != (unit.level is Level.PROVINCE):
        invalid("parent", unit.id)
    return unit


def fits(level: Level, parent: Level) -> bool:
    """Whether a unit of a level may lie directly under one of another. Cycles cannot be: levels descend."""
    return level.rank > parent.rank and (level is not Level.HAMLET or parent is Level.COMMUNE)


def named(act: Reorganisation) -> set[UUID]:
    """Every unit that a decision names, the new ones included."""
    found: set[UUID] = set()
    for clause in act.clauses:
        match clause:
            case Rename():
                found.add(clause.unit_id)
            case Create():
                found.update(_with_parent(clause.unit))
            case Merge():
                found.update(clause.units, _with_parent(clause.into))
            case Split():
                found.add(clause.unit_id)
                for part in clause.parts:
                    found.update(_with_parent(part.into) if isinstance(part.into, NewUnit) else [part.into])
                    found.update(part.children)
            case Transfer():
                found.update((clause.unit_id, clause.parent_id))
            case End():
                found.add(clause.unit_id)
    return found


def _with_parent(unit: NewUnit) -> list[UUID]:
    return [unit.id, unit.parent_id] if unit.parent_id else [unit.id]


def codes(act: Reorganisation) -> set[str]:
    """Every code that a decision gives."""
    return {unit.code for unit in _new_units(act.clauses)} | {
        clause.code for clause in act.clauses if isinstance(clause, Rename) and clause.code
    }


def _new_units(clauses: Iterable[Clause]) -> list[NewUnit]:
    found = []
    for clause in clauses:
        if isinstance(clause, Create):
            found.append(clause.unit)
        elif isinstance(clause, Merge):
            found.append(clause.into)
        elif isinstance(clause, Split):
            found.extend(part.into for part in clause.parts if isinstance(part.into, NewUnit))
    return found


def plan(act: Reorganisation, state: State) -> Plan:
    """What a decision does to the given state. Raises Problem reorganisation_invalid."""
    if not act.decision.strip():
        invalid("name")
    if not act.clauses:
        invalid("nothing")
    return _Planner(act, state).run()


class _Planner:
    def __init__(self, act: Reorganisation, state: State) -> None:
        self.act = act
        self.on = act.on
        self.state = state
        self.plan = Plan()
        self.new: dict[UUID, NewUnit] = {}
        self.gone: set[UUID] = set()
        self.parents: dict[UUID, UUID] = {}
        self.holders: dict[UUID, UUID] = {}

    def run(self) -> Plan:
        """Collect, then check, in an order that lets clauses refer to each other."""
        self._collect_new()
        self._collect_gone()
        self._collect_transfers()
        for clause in self.act.clauses:
            match clause:
                case Rename():
                    self._rename(clause)
                case Merge():
                    self._merge(clause)
                case Split():
                    self._split(clause)
                case End():
                    self._below(clause.unit_id, None)
        self._check_parents()
        self._check_codes()
        return self._finish()

    def _collect_new(self) -> None:
        for unit in _new_units(self.act.clauses):
            checked(unit)
            if unit.id in self.new or unit.id in self.state.units:
                invalid("unit_twice", unit.id)
            self.new[unit.id] = unit

    def _collect_gone(self) -> None:
        cut: set[UUID] = set()
        for clause in self.act.clauses:
            match clause:
                case Merge():
                    if not clause.units:
                        invalid("nothing", clause.into.id)
                    subjects, ends = clause.units, True
                case Split():
                    subjects, ends = (clause.unit_id,), clause.remainder is not None
                case End():
                    subjects, ends = (clause.unit_id,), True
                case _:
                    continue
            for unit in subjects:
                if unit in cut:
                    invalid("unit_twice", unit)
                if self._living(unit).starts >= self.on:
                    invalid("unit_not_on_date", unit)
                cut.add(unit)
                if ends:
                    self.gone.add(unit)

    def _living(self, unit: UUID) -> UnitState:
        """The state of a unit that exists from the day on, with nothing decided for later."""
        known = self.state.units.get(unit)
        if known is None or known.starts > self.on or known.ends <= self.on:
            invalid("unit_not_on_date", unit)
        if known.ends != FAR or known.version_ends != FAR or known.version_starts > self.on:
            invalid("later_changes", unit)
        return known

    def _collect_transfers(self) -> None:
        for clause in self.act.clauses:
            if isinstance(clause, Transfer):
                if clause.unit_id in self.parents or clause.unit_id in self.gone:
                    invalid("unit_twice", clause.unit_id)
                self._living(clause.unit_id)
                self.parents[clause.unit_id] = clause.parent_id

    def _rename(self, clause: Rename) -> None:
        if clause.unit_id in self.gone or any(known.unit_id == clause.unit_id for known in self.plan.renamed):
            invalid("unit_twice", clause.unit_id)
        self._living(clause.unit_id)
        texts = (clause.name_vi, clause.kind, clause.name_km, clause.code)
        if clause.name_vi == "" or clause.kind == "" or any(text is not None and text != nfc(text) for text in texts):
            invalid("name", clause.unit_id)
        self.plan.renamed.append(clause)

    def _merge(self, clause: Merge) -> None:
        for unit in clause.units:
            if self.state.units[unit].level is not clause.into.level:
                invalid("level", unit)
            self._below(unit, clause.into.id)
            for cell in self._open_cells(unit):
                self._hand(cell, clause.into.id)
            self.plan.heirs.append((unit, clause.into.id))

    def _below(self, unit: UUID, heir: UUID | None) -> None:
        """Give the children of a unit that goes to its heir, unless a clause of their own says otherwise."""
        for child in self.state.children.get(unit, ()):
            if child.ends != FAR or child.starts > self.on:
                invalid("later_changes", child.id)
            if child.id in self.gone or child.id in self.parents:
                continue
            if heir is None:
                invalid("children_left", child.id)
            self.parents[child.id] = heir
        if heir is None and self.state.units[unit].level is Level.HAMLET:
            invalid("children_left", unit)

    def _open_cells(self, hamlet: UUID) -> list[UUID]:
        for cell in self.state.cells.get(hamlet, ()):
            if cell.ends != FAR or cell.starts > self.on:
                invalid("later_changes", hamlet)
        return [cell.id for cell in self.state.cells.get(hamlet, ())]

    def _hand(self, cell: UUID, hamlet: UUID) -> None:
        if cell in self.holders:
            invalid("assigned_twice", hamlet)
        self.holders[cell] = hamlet

    def _split(self, clause: Split) -> None:
        known = self._living(clause.unit_id)
        targets = [target(part) for part in clause.parts]
        if not targets:
            invalid("nothing", clause.unit_id)
        if len(set(targets)) < len(targets):
            invalid("assigned_twice", clause.unit_id)
        if clause.remainder is not None and clause.remainder not in targets:
            invalid("remainder", clause.unit_id)
        for unit in targets:
            level = self.new[unit].level if unit in self.new else self._living(unit).level
            if level is not known.level:
                invalid("level", unit)
            if unit in self.gone or unit == clause.unit_id:
                invalid("unit_twice", unit)
        if known.level is Level.HAMLET:
            self._split_hamlet(clause)
        else:
            self._split_above(clause)
        if clause.remainder is not None:
            self.plan.heirs.extend((clause.unit_id, unit) for unit in targets)

    def _split_above(self, clause: Split) -> None:
        below = {child.id for child in self.state.children.get(clause.unit_id, ())}
        for part in clause.parts:
            if part.cells or part.households:
                invalid("level", clause.unit_id)
            if not part.children and target(part) != clause.remainder:
                invalid("nothing", target(part))
            for child in part.children:
                if child not in below:
                    invalid("not_below", child)
                if child in self.parents or child in self.gone:
                    invalid("assigned_twice", child)
                self._living(child)
                self.parents[child] = target(part)
        if clause.remainder is not None:
            self._below(clause.unit_id, clause.remainder)

    def _split_hamlet(self, clause: Split) -> None:
        cells = self._open_cells(clause.unit_id)
        cuts = {cut.cell_id: cut for cut in split_cells(clause)}
        for part in clause.parts:
            if part.children:
                invalid("level", clause.unit_id)
            if not part.cells and not part.households and target(part) != clause.remainder:
                invalid("nothing", target(part))
            for cell in (*part.cells, *part.households):
                if cell not in cells:
                    invalid("not_below", clause.unit_id)
            for cell in part.cells:
                if cell in cuts:
                    invalid("assigned_twice", clause.unit_id)
                self._hand(cell, target(part))
            for cell in part.households:
                self._hand(child_cell(cell, target(part)), target(part))
        for cut in cuts.values():
            assigned = [household for households in cut.children.values() for household in households]
            if len(set(assigned)) < len(assigned):
                invalid("assigned_twice", clause.unit_id)
            self.plan.splits.append(cut)
        rest = [cell for cell in cells if cell not in self.holders and cell not in cuts]
        rest += [cut.remainder for cut in cuts.values()]
        if clause.remainder is not None:
            for cell in rest:
                self._hand(cell, clause.remainder)
        elif not rest:
            invalid("nothing", clause.unit_id)

    def _check_parents(self) -> None:
        pairs = [(unit.id, unit.level, unit.parent_id) for unit in self.new.values()]
        pairs += [
            (unit, self.state.units[unit].level, parent)
            for unit, parent in self.parents.items()
            if unit in self.state.units
        ]
        for unit, level, parent in pairs:
            if parent is None:
                continue
            above = self.new[parent].level if parent in self.new else self._standing(parent, unit)
            if not fits(level, above):
                invalid("level", unit)

    def _standing(self, parent: UUID, unit: UUID) -> Level:
        known = self.state.units.get(parent)
        if known is None or parent in self.gone or known.starts > self.on or known.ends != FAR:
            invalid("parent", unit)
        return known.level

    def _check_codes(self) -> None:
        given: dict[str, UUID] = {}
        freed = self.gone | {clause.unit_id for clause in self.plan.renamed if clause.code is not None}
        wanted = [(unit.code, unit.id) for unit in self.new.values()]
        wanted += [(clause.code, clause.unit_id) for clause in self.plan.renamed if clause.code]
        for code, unit in wanted:
            if not code:
                continue
            if code in given or self.state.codes.get(code, frozenset()) - freed - {unit}:
                invalid("code_taken", unit)
            given[code] = unit

    def _finish(self) -> Plan:
        for held, hamlet in self.holders.items():
            self.plan.cells.setdefault(hamlet, []).append(held)
        for unit, parent in self.parents.items():
            self.plan.moved.setdefault(parent, []).append(unit)
        for new in self.new.values():
            cell: UUID | None = None
            if new.level is Level.HAMLET and new.id not in self.plan.cells:
                cell = new.cell_id or new_id()
            self.plan.new.append((new, cell))
        self.plan.ended = sorted(self.gone)
        return self.plan


def record(unit: NewUnit, starts: date | None, cell: UUID | None) -> dict[str, Any]:
    """A new unit as entries keep it; members without value are left out."""
    full: dict[str, Any] = {
        "level": unit.level.value, "kind": unit.kind, "vi": unit.name_vi, "km": unit.name_km, "code": unit.code,
        "parent": short(unit.parent_id) if unit.parent_id else None, "note": unit.population_note,
        "lon": unit.lon, "lat": unit.lat, "coverage": unit.coverage_of,
        "starts": None if starts in (None, EVER) else starts.isoformat(), "cell": short(cell) if cell else None,
    }  # fmt: skip
    return {key: value for key, value in full.items() if value not in (None, "")}


def change(clause: Rename) -> dict[str, Any]:
    """What a rename changes, as entries keep it."""
    full = {
        "kind": clause.kind, "vi": clause.name_vi, "km": clause.name_km, "code": clause.code,
        "coverage": clause.coverage_of,
    }  # fmt: skip
    return {key: value for key, value in full.items() if value is not None}


def told(clause: Clause) -> dict[str, Any]:
    """A clause for people to read in the decision's record."""
    match clause:
        case Rename():
            what: dict[str, Any] = {"type": "rename", "unit": short(clause.unit_id), **change(clause)}
        case Create():
            what = {"type": "create", "unit": short(clause.unit.id)}
        case Merge():
            what = {"type": "merge", "units": [short(u) for u in clause.units], "into": short(clause.into.id)}
        case Split():
            what = {"type": "split", "unit": short(clause.unit_id), "into": [short(target(p)) for p in clause.parts]}
            if clause.remainder:
                what["remainder"] = short(clause.remainder)
        case Transfer():
            what = {"type": "transfer", "unit": short(clause.unit_id), "parent": short(clause.parent_id)}
        case End():
            what = {"type": "end", "unit": short(clause.unit_id)}
    return what | ({"clause": clause.clause} if clause.clause else {})


def entry_data(act: Reorganisation, planned: Plan) -> dict[str, Any]:
    """The data of `reorganisation.applied`: the decision as told, and its outcome in full."""
    return {
        "decision": act.decision, "title": act.title, "on": act.on.isoformat(),
        "clauses": [told(clause) for clause in act.clauses],
        "new": [{"id": short(unit.id), **record(unit, None, cell)} for unit, cell in planned.new],
        "renamed": [[short(clause.unit_id), change(clause)] for clause in planned.renamed],
        "moved": [[short(parent), [short(unit) for unit in units]] for parent, units in planned.moved.items()],
        "ended": [short(unit) for unit in planned.ended],
        "splits": [
            [short(cut.cell_id), short(cut.remainder), [short(child) for child in cut.children]]
            for cut in planned.splits
        ],
        "cells": [[short(hamlet), [short(cell) for cell in cells]] for hamlet, cells in planned.cells.items()],
        "heirs": [[short(unit), short(heir)] for unit, heir in planned.heirs],
    }  # fmt: skip
