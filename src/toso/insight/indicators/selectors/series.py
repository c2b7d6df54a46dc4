"""Values of indicators for slots of units: recorded and declared put together, flows and ratios formed, what nobody
can know left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from operator import add, neg, sub, truediv
from uuid import UUID

from toso.kernel.ids import parse_id
from toso.kernel.problems import Problem
from toso.registers.catalogue import selectors as catalogue
from toso.registers.catalogue.types import ServiceView
from toso.registers.places.types import BoundaryTree, Level

from ..rules.blocks import measure_id
from ..rules.definitions import ACCOUNT, ACCOUNT_SERVICE, DEFINITIONS, Definition, declared_kind
from ..rules.steps import assist_measure, stage_measure
from ..types import Number
from . import reading
from .reading import NEVER, Columns, Part
from .slots import Chosen, Slots


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
        recorded = tuple(assist_measure(s.id.bytes, "recorded") for s in wanted.services)
        sheets = tuple(assist_measure(s.id.bytes, "declared") for s in wanted.services)
    elif definition.code == "residents_at_stage":
        recorded = _stages(wanted.services, wanted.stage)
    elif definition.code == "online_service_accounts":
        recorded = _accounts(wanted.services)
    return Component(definition, Part(recorded), Part(sheets), Part(declared))


def _stages(services: Sequence[ServiceView], stage: str | None) -> tuple[int, ...]:
    return tuple(
        stage_measure(service.id.bytes, known.code)
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
                found.append(stage_measure(service.id.bytes, stage.code))
    return tuple(found)


Column = list[Number | None]


@dataclass(slots=True)
class Values:
    """Values by day, then by slot, None where missing; `own` of the last day are declared (None: nothing was)."""

    columns: Sequence[Column]
    own: Column

    def rows(self) -> list[tuple[Number | None, ...]]:
        """Values by slot, then by day."""
        return list(zip(*self.columns, strict=True))

    @property
    def ends(self) -> Column:
        """The values on the last day, by slot."""
        return self.columns[-1]

    def last(self, slot: int) -> Number | None:
        """The value on the last day."""
        return self.columns[-1][slot]

    def declared(self, slot: int) -> Number | None:
        """The declared part of the value on the last day."""
        return self.own[slot]


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums by slot: recorded and declared together, declared alone, and from which day on each is known."""

    all: Columns | None
    declared: Columns | None
    known: list[int]
    known_declared: list[int]


def end(
    definition: Definition,
    wanted: Choice,
    tree: BoundaryTree,
    at: int,
    chosen: Chosen,
    first: int | None,
    last: int,
    with_total: bool = False,
) -> Values:
    """The value at the end of `last`; of a flow, what came from `first` (since ever) on. `with_total`: one slot more."""
    if definition.where == "tree":
        return _counted(definition, tree, at, chosen, 1, with_total)
    components = _components(definition, wanted)
    if first is not None and definition.kind == "flow":
        before, after = (_read(components, tree, at, chosen, day, day) for day in (first - 1, last))
        sums = [_minus(b, a) for b, a in zip(before, after, strict=True)]
    else:
        sums = _read(components, tree, at, chosen, last, last)
    return _formed(definition, [_with_total(own) for own in sums] if with_total else sums, last, 1)


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
        sums = [replace(s, all=_daily(s.all), declared=_daily(s.declared)) for s in sums]
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
    definition: Definition,
    tree: BoundaryTree,
    at: int,
    chosen: Chosen,
    sums: Sequence[int],
    last: int,
    with_total: bool = False,
) -> Values:
    """Values that were counted otherwise, missing where nothing of the kind was ever entered."""
    component = _component(definition, Choice(()))
    _know([component], chosen)
    read = [_Sums([list(sums)], None, component.known, [NEVER] * chosen.slots)]
    if chosen.nested:
        read = [_upwards(read[0], tree, at)]
    if with_total:
        read = [_with_total(read[0])]
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
        # Of the declared part only the last day is shown (of a flow, what came on it).
        shown = declared[-2:] if declared else None
        sums = _Sums(_plus(recorded, declared), shown, component.known, component.known_declared)
        found.append(_upwards(sums, tree, at) if chosen.nested else sums)
    return found


def _know(components: Sequence[Component], chosen: Chosen) -> None:
    """At which nodes each component may have values, and from which day on they are known in each slot."""
    cell_kinds: set[str] = set()
    unit_kinds: set[str] = set()
    for component in components:
        (unit_kinds if component.definition.where == "unit" else cell_kinds).update(component.definition.known_by)
        if component.declared.measures:
            unit_kinds.add(declared_kind(component.definition.code))
    at_cells = _firsts(sorted(cell_kinds), chosen.cells, chosen)
    at_units = _firsts(sorted(unit_kinds), chosen.units, chosen)
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


def _firsts(kinds: Sequence[str], slots: Slots, chosen: Chosen) -> dict[str, Mapping[bytes, int]]:
    if chosen.all and chosen.slots == 1 and len(slots) > reading.NAMED_AT_MOST:
        # One sum over very many nodes: all of them may have values, and one first day is enough.
        found = reading.first_of_all(kinds)
        return {kind: dict.fromkeys(slots, found[kind]) if kind in found else {} for kind in kinds}
    return dict(reading.first_days(kinds, slots, chosen.all))


def _slots(known: Sequence[Mapping[bytes, int]], slots: Slots) -> Slots:
    """Those of these nodes that have had an entry of one of the kinds."""
    if any(len(own) == len(slots) for own in known):
        return slots
    return {node: slots[node] for own in known for node in own}


def _lower(firsts: list[int], known: Sequence[Mapping[bytes, int]], slots: Slots) -> None:
    for own in known:
        if len(firsts) == 1:
            firsts[0] = min(firsts[0], min(own.values(), default=NEVER))
            continue
        for node, first in own.items():
            slot = slots[node]
            if first < firsts[slot]:
                firsts[slot] = first


def _plus(one: Columns | None, other: Columns | None) -> Columns | None:
    if one is None or other is None:
        return other if one is None else one
    return [list(map(add, a, b)) for a, b in zip(one, other, strict=True)]


def _upwards(sums: _Sums, tree: BoundaryTree, at: int) -> _Sums:
    """From each unit's own sums to those of its subtree, by running sums over the preorder."""
    ends = tree.end[at : tree.end[at]]
    if at:
        ends = [end - at for end in ends]

    def subtrees(columns: Columns | None) -> Columns | None:
        if columns is None:
            return None
        summed = []
        for column in columns:
            running = list(accumulate(column, initial=0))
            summed.append(list(map(sub, map(running.__getitem__, ends), running)))
        return summed

    return _Sums(
        subtrees(sums.all),
        subtrees(sums.declared),
        _earliest(sums.known, tree, at),
        _earliest(sums.known_declared, tree, at),
    )


def _earliest(firsts: Sequence[int], tree: BoundaryTree, at: int) -> list[int]:
    found = list(firsts)
    if min(found) == NEVER:
        return found
    parent = tree.parent
    for i in range(len(found) - 1, 0, -1):
        above = parent[at + i] - at
        if found[i] < found[above]:
            found[above] = found[i]
    return found


def _minus(before: _Sums, after: _Sums) -> _Sums:
    def less(a: Columns | None, b: Columns | None) -> Columns | None:
        if a is None or b is None:
            return b if a is None else [list(map(neg, a[0]))]
        return [list(map(sub, b[0], a[0]))]

    return replace(after, all=less(before.all, after.all), declared=less(before.declared, after.declared))


def _daily(columns: Columns | None) -> Columns | None:
    if columns is None:
        return None
    return [list(map(sub, after, before)) for before, after in pairwise(columns)]


def _with_total(sums: _Sums) -> _Sums:
    def total(columns: Columns | None) -> Columns | None:
        return None if columns is None else [[*column, sum(column)] for column in columns]

    known, declared = [*sums.known, min(sums.known)], [*sums.known_declared, min(sums.known_declared)]
    return _Sums(total(sums.all), total(sums.declared), known, declared)


def _formed(definition: Definition, sums: Sequence[_Sums], last: int, length: int) -> Values:
    top, bottom = sums[0], sums[-1]
    known = top.known if top is bottom else list(map(max, top.known, bottom.known))
    latest = max(known)
    number = len(known)
    zeros = [[0] * number] * length
    columns: list[Column] = []
    whole = bottom.all or zeros
    for day, over, under in zip(range(last - length + 1, last + 1), top.all or zeros, whole, strict=True):
        column: Column
        if definition.kind != "ratio":
            column = list(over)
        elif 0 in under:
            column = [a / b if b else None for a, b in zip(over, under, strict=True)]
        else:
            column = list(map(truediv, over, under))
        if latest > day:
            # What is there is known, also when a correction has put it before the first entry of its kind.
            column = [value if value or first <= day else None for value, first in zip(column, known, strict=True)]
        columns.append(column)
    own: Column = [None] * number
    if min(top.known_declared) <= last:
        parts = (top.declared or zeros)[-1]
        own = [n if first <= last else None for n, first in zip(parts, top.known_declared, strict=True)]
        if definition.kind == "ratio":
            own = [n / m if n is not None and m else None for n, m in zip(own, whole[-1], strict=True)]
    return Values(columns, own)


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
        counts: Column = [count(i) for i in tree.subtree(at)]
    elif chosen.slots == 1 and not with_total:
        counts = [count(at)]
    else:
        counts = [*(count(i) for i in tree.children(at)), None]
        if with_total:
            counts.append(count(at))
    return Values([counts] * length, [None] * len(counts))
