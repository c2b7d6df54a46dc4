"""Values of indicators for slots of units: recorded and declared put together, flows and ratios formed, what nobody
can know left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import add, sub
from typing import Final
from uuid import UUID

from toso.kernel.ids import parse_id
from toso.kernel.problems import Problem
from toso.registers.catalogue import selectors as catalogue
from toso.registers.catalogue.types import ServiceView
from toso.registers.places.types import BoundaryTree, Level

from ..rules.blocks import measure_id
from ..rules.definitions import ACCOUNT, ACCOUNT_SERVICE, DEFINITIONS, Definition, declared_kind
from ..types import Number
from . import reading
from .nodes import Chosen, Slots
from .reading import NEVER, Part, Series

EVER: Final = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """Services and stages that are wanted; `narrow` when not all of them."""

    services: Sequence[ServiceView]
    stage: str | None = None
    narrow: bool = False


def choice(definition: Definition, service: str | None, stage: str | None) -> Choice:
    """What of the catalogue an indicator reads. Raises Problem value_invalid, service_unknown, stage_unknown."""
    if not definition.by_service:
        if service or stage:
            raise Problem("value_invalid", field="service" if service else "stage")
        return Choice(())
    services = list(catalogue.services().values())
    if service:
        if "service" not in definition.dimensions:
            raise Problem("value_invalid", field="service")
        chosen = [known for known in services if service == known.code or _same(service, known.id)]
        if not chosen:
            raise Problem("service_unknown", id=service[:40])
        services = chosen
    if stage:
        if "stage" not in definition.dimensions:
            raise Problem("value_invalid", field="stage")
        if not any(stage in known.stage_codes for known in services):
            raise Problem("stage_unknown", stage=stage[:24])
    return Choice(services, stage or None, bool(service or stage))


def _same(text: str, key: UUID) -> bool:
    try:
        return parse_id(text) == key
    except ValueError:
        return False


@dataclass(slots=True)
class Component:
    """One definition that is not a ratio, with what is read for it."""

    definition: Definition
    recorded: Part
    from_sheets: Part
    declared: Part
    known: list[int] = field(default_factory=list)
    known_declared: list[int] = field(default_factory=list)

    def parts(self) -> list[Part]:
        """What has to be read."""
        return [self.recorded, self.from_sheets, self.declared]


def _component(definition: Definition, wanted: Choice) -> Component:
    opening = not wanted.narrow
    declared = (measure_id(definition.code, "declared"),) if opening else ()
    sheets: tuple[int, ...] = ()
    recorded = definition.measures
    if definition.code == "assists":
        recorded = tuple(measure_id("assists", s.id.hex, "recorded") for s in wanted.services)
        sheets = tuple(measure_id("assists", s.id.hex, "declared") for s in wanted.services)
    elif definition.code == "residents_at_stage":
        recorded = _stages(wanted.services, wanted.stage)
    elif definition.code == "online_service_accounts":
        recorded = _accounts(wanted.services)
    return Component(definition, Part(recorded), Part(sheets), Part(declared))


def _stages(services: Sequence[ServiceView], stage: str | None) -> tuple[int, ...]:
    return tuple(
        measure_id("residents_at_stage", service.id.hex, known.code)
        for service in services
        for known in service.stages
        if stage in (None, known.code)
    )


def _accounts(services: Sequence[ServiceView]) -> tuple[int, ...]:
    """Stages of the public service portal at or above the lowest one that counts as an account."""
    found: list[int] = []
    for service in services:
        if service.code != ACCOUNT_SERVICE:
            continue
        reached = False
        for stage in service.stages:
            reached = reached or ACCOUNT in stage.counts
            if reached:
                found.append(measure_id("residents_at_stage", service.id.hex, stage.code))
    return tuple(found)


@dataclass(slots=True)
class Values:
    """Values by slot and day, None where missing; `own` of them are declared (None: nothing was)."""

    rows: Sequence[list[Number | None]]
    own: list[Number | None]

    def of(self, slot: int) -> list[Number | None]:
        """The values of each day."""
        return self.rows[slot]

    def last(self, slot: int) -> Number | None:
        """The value on the last day."""
        return self.rows[slot][-1]

    def declared(self, slot: int) -> Number | None:
        """The declared part of the value on the last day."""
        return self.own[slot]


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums by slot: recorded and declared together, declared alone, and from which day on each is known."""

    all: list[Series | None]
    declared: list[Series | None]
    known: list[int]
    known_declared: list[int]


def end(
    definition: Definition, wanted: Choice, tree: BoundaryTree, at: int, chosen: Chosen, first: int | None, last: int
) -> Values:
    """The value at the end of `last`; of a flow, what came from `first` (since ever) on."""
    if definition.where == "tree":
        return _counted(definition, tree, at, chosen, 1)
    components = _components(definition, wanted)
    if first is not None and definition.kind == "flow":
        before, after = (_read(components, tree, at, chosen, day, day) for day in (first - 1, last))
        sums = [_minus(b, a) for b, a in zip(before, after, strict=True)]
    else:
        sums = _read(components, tree, at, chosen, last, last)
    return _formed(definition, sums, last, 1)


def days(
    definition: Definition, wanted: Choice, tree: BoundaryTree, at: int, chosen: Chosen, first: int, last: int
) -> Values:
    """The value on each day from `first` to `last`: of a stock at the day's end, of a flow what came on the day."""
    if definition.where == "tree":
        return _counted(definition, tree, at, chosen, last - first + 1)
    components = _components(definition, wanted)
    flow = definition.kind == "flow"
    sums = _read(components, tree, at, chosen, first - 1 if flow else first, last)
    if flow:
        sums = [_Sums(_daily(s.all), _daily(s.declared), s.known, s.known_declared) for s in sums]
    return _formed(definition, sums, last, last - first + 1)


def many(definitions: Sequence[Definition], tree: BoundaryTree, at: int, below: Chosen, last: int) -> list[Values]:
    """Values on a day of several indicators, for the slots of `below` and one more: their total."""
    plain = {
        code: _component(DEFINITIONS[code], choice(DEFINITIONS[code], None, None))
        for definition in definitions
        if definition.where != "tree" or definition.kind == "ratio"
        for code in (
            (definition.numerator, definition.denominator) if definition.kind == "ratio" else (definition.code,)
        )
    }
    sums = dict(zip(plain, _read(list(plain.values()), tree, at, below, last, last), strict=True))
    totals = {code: _with_total(own) for code, own in sums.items()}
    found = []
    for definition in definitions:
        if definition.kind == "ratio":
            own = [totals[definition.numerator], totals[definition.denominator]]
        elif definition.where == "tree":
            found.append(_counted(definition, tree, at, below, 1, with_total=True))
            continue
        else:
            own = [totals[definition.code]]
        found.append(_formed(definition, own, last, 1))
    return found


def plain(
    definition: Definition, tree: BoundaryTree, at: int, chosen: Chosen, sums: Sequence[int], last: int
) -> Values:
    """Values that were counted otherwise, missing where nothing of the kind was ever entered."""
    component = _component(definition, Choice(()))
    _know([component], chosen)
    read = [_Sums([[value] for value in sums], [None] * chosen.slots, component.known, [NEVER] * chosen.slots)]
    if chosen.nested:
        read = [_upwards(read[0], tree, at, 1)]
    return _formed(definition, read, last, 1)


def _components(definition: Definition, wanted: Choice) -> list[Component]:
    if definition.kind != "ratio":
        return [_component(definition, wanted)]
    return [_component(DEFINITIONS[code], wanted) for code in (definition.numerator, definition.denominator)]


def _read(
    components: Sequence[Component], tree: BoundaryTree, at: int, chosen: Chosen, first: int, last: int
) -> list[_Sums]:
    """Sums of each component for each slot; a slot for every descendant means: with everything below it."""
    parts = [part for component in components for part in component.parts()]
    _know(components, chosen)
    rows = iter(reading.values(parts, chosen, first, last))
    found: list[_Sums] = []
    for component in components:
        recorded, sheets, opening = next(rows), next(rows), next(rows)
        declared = _plus(sheets, opening) if component.from_sheets.measures else opening
        sums = _Sums(_plus(recorded, declared), declared, component.known, component.known_declared)
        found.append(_upwards(sums, tree, at, last - first + 1) if chosen.nested else sums)
    return found


def _know(components: Sequence[Component], chosen: Chosen) -> None:
    """At which nodes each component may have values, and from which day on they are known in each slot."""
    cell_kinds: set[str] = set()
    unit_kinds: set[str] = set()
    for component in components:
        (unit_kinds if component.definition.where == "unit" else cell_kinds).update(component.definition.known_by)
        if component.declared.measures:
            unit_kinds.add(declared_kind(component.definition.code))
    at_cells = reading.first_days(sorted(cell_kinds), chosen.cells, chosen.all)
    at_units = reading.first_days(sorted(unit_kinds), chosen.units, chosen.all)
    for component in components:
        unit = component.definition.where == "unit"
        firsts, slots = (at_units, chosen.units) if unit else (at_cells, chosen.cells)
        known = [firsts[kind] for kind in component.definition.known_by]
        opening = at_units.get(declared_kind(component.definition.code), {})
        component.recorded.slots = _slots(known, slots)
        component.declared.slots = _slots([opening], chosen.units)
        component.known = [NEVER] * chosen.slots
        _lower(component.known, known, slots)
        _lower(component.known, [opening], chosen.units)
        component.known_declared = [NEVER] * chosen.slots
        _lower(component.known_declared, [opening], chosen.units)
        if component.from_sheets.measures:
            component.from_sheets.slots = _slots([at_cells["day_sheet"]], slots)
            _lower(component.known_declared, [at_cells["day_sheet"]], slots)


def _slots(known: Sequence[Mapping[bytes, int]], slots: Slots) -> Slots:
    """Those of these nodes that have had an entry of one of the kinds."""
    if any(len(own) == len(slots) for own in known):
        return slots
    return {node: slots[node] for own in known for node in own}


def _lower(firsts: list[int], known: Sequence[Mapping[bytes, int]], slots: Slots) -> None:
    for own in known:
        for node, first in own.items():
            slot = slots[node]
            if first < firsts[slot]:
                firsts[slot] = first


def _plus(one: Sequence[Series | None], other: Sequence[Series | None]) -> list[Series | None]:
    return [b if a is None else a if b is None else list(map(add, a, b)) for a, b in zip(one, other, strict=True)]


def _upwards(sums: _Sums, tree: BoundaryTree, at: int, length: int) -> _Sums:
    """From each unit's own sums to those of its subtree, by running sums over the preorder."""
    return _Sums(
        _subtrees(sums.all, tree, at, length),
        _subtrees(sums.declared, tree, at, length),
        _earliest(sums.known, tree, at),
        _earliest(sums.known_declared, tree, at),
    )


def _subtrees(rows: Sequence[Series | None], tree: BoundaryTree, at: int, length: int) -> list[Series | None]:
    if all(row is None for row in rows):
        return list(rows)
    if length == 1:
        running = list(accumulate((row[0] if row else 0 for row in rows), initial=0))
        return [[running[tree.end[at + i] - at] - running[i]] for i in range(len(rows))]
    before: Series = [0] * length
    levels = [before]
    for row in rows:
        before = before if row is None else list(map(add, before, row))
        levels.append(before)
    found: list[Series | None] = []
    for i in range(len(rows)):
        last = tree.end[at + i] - at
        if last == i + 1:
            found.append(rows[i])
        else:
            found.append(list(map(sub, levels[last], levels[i])))
    return found


def _earliest(firsts: Sequence[int], tree: BoundaryTree, at: int) -> list[int]:
    found = list(firsts)
    for i in range(len(found) - 1, 0, -1):
        above = tree.parent[at + i] - at
        if found[i] < found[above]:
            found[above] = found[i]
    return found


def _minus(before: _Sums, after: _Sums) -> _Sums:
    def less(a: Sequence[Series | None], b: Sequence[Series | None]) -> list[Series | None]:
        return [y if x is None else [(y[0] if y else 0) - x[0]] for x, y in zip(a, b, strict=True)]

    return _Sums(less(before.all, after.all), less(before.declared, after.declared), after.known, after.known_declared)


def _daily(rows: Sequence[Series | None]) -> list[Series | None]:
    return [None if row is None else list(map(sub, row[1:], row)) for row in rows]


def _with_total(sums: _Sums) -> _Sums:
    def total(rows: Sequence[Series | None]) -> list[Series | None]:
        return [*rows, [sum(row[0] for row in rows if row)]]

    return _Sums(
        total(sums.all), total(sums.declared), [*sums.known, min(sums.known)],
        [*sums.known_declared, min(sums.known_declared)],
    )  # fmt: skip


def _formed(definition: Definition, sums: Sequence[_Sums], last: int, length: int) -> Values:
    first = last - length + 1
    top = sums[0]
    slots = range(len(top.all))
    if definition.kind != "ratio":
        rows = [_masked(top.all[i], top.known[i] - first, length) for i in slots]
        return Values(rows, [_declared(top, i, last) for i in slots])
    bottom = sums[1]
    rows = []
    own: list[Number | None] = []
    for i in slots:
        known = max(top.known[i], bottom.known[i]) - first
        rows.append(_divided(top.all[i], bottom.all[i], known, length))
        part, whole = _declared(top, i, last), bottom.all[i]
        own.append(part / whole[-1] if part is not None and whole and whole[-1] and known < length else None)
    return Values(rows, own)


def _declared(sums: _Sums, slot: int, last: int) -> int | None:
    if sums.known_declared[slot] > last:
        return None
    row = sums.declared[slot]
    return row[-1] if row else 0


def _masked(row: Series | None, unknown: int, length: int) -> list[Number | None]:
    if unknown >= length:
        return [None] * length
    values: list[Number | None] = [*row] if row else [0] * length
    if unknown > 0:
        values[:unknown] = [None] * unknown
    return values


def _divided(top: Series | None, bottom: Series | None, unknown: int, length: int) -> list[Number | None]:
    if bottom is None or unknown >= length:
        return [None] * length
    numbers = top or [0] * length
    if unknown <= 0 and 0 not in bottom:
        return [a / b for a, b in zip(numbers, bottom, strict=True)]
    return [a / b if b and i >= unknown else None for i, (a, b) in enumerate(zip(numbers, bottom, strict=True))]


def _counted(
    definition: Definition, tree: BoundaryTree, at: int, chosen: Chosen, length: int, with_total: bool = False
) -> Values:
    """Hamlets, or communes, in each slot, by the boundaries alone."""
    level = Level.HAMLET if definition.code == "hamlets" else Level.COMMUNE
    running = list(accumulate((unit.level is level for unit in tree.units[at : tree.end[at]]), initial=0))

    def count(i: int) -> int | None:
        if tree.units[i].level.rank > level.rank:
            return None
        return running[tree.end[i] - at] - running[i - at]

    if chosen.nested:
        counts = [count(i) for i in tree.subtree(at)]
    elif chosen.slots == 1 and not with_total:
        counts = [count(at)]
    else:
        counts = [*(count(i) for i in tree.children(at)), None]
        if with_total:
            counts.append(count(at))
    return Values([[value] * length for value in counts], [None] * len(counts))
