"""Figures: one number with everything that is needed to judge it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.kernel import messages
from toso.kernel.clock import now_ms
from toso.kernel.problems import Problem
from toso.records.visits import selectors as visits
from toso.registers.places import selectors as places
from toso.registers.places.types import BoundaryTree, Level, UnitView

from ..models import Formula
from ..rules.definitions import DEFINITIONS, Definition
from ..types import Breakdown, DefinitionView, Figure, Number, Reporting, UnitFigures
from . import nodes, reading, series
from .series import Values
from .slots import Chosen

DOMAIN = "indicators"
DAYS_AT_MOST = 400
REPORTING_DAYS = 7
BREAKDOWNS = ("child", "descendant", "day", "descendant,day")


def indicators(lang: str = "vi") -> list[dict[str, object]]:
    """All indicators with their definitions, as the interface shows them."""
    return [_view(definition, lang).as_json() for definition in DEFINITIONS.values() if definition.listed]


def _view(definition: Definition, lang: str) -> DefinitionView:
    def text(part: str) -> str:
        return messages.text(lang, DOMAIN, f"{definition.code}.{part}")

    return DefinitionView(
        definition.code, text("name"), text("explanation"), text("unit"), definition.kind, definition.subject,
        definition.numerator or None, definition.denominator or None, definition.dimensions, definition.version,
    )  # fmt: skip


def figure(
    code: str,
    unit_id: UUID,
    on: date,
    boundaries: date,
    *,
    from_: date | None = None,
    by: str | None = None,
    service: str | None = None,
    stage: str | None = None,
    lang: str = "vi",
) -> Figure:
    """One indicator of a unit on a date, by the boundaries of a date.

    A stock is its value at the end of `on`; a flow what happened from `from_` (since ever) to `on`. With `day` in `by`,
    the values of each day from `from_` (the first of the month) to `on`. Raises Problem indicator_unknown,
    unit_unknown, unit_not_on_boundaries, date_invalid, period_not_tallied, value_invalid, service_unknown,
    stage_unknown.
    """
    definition = DEFINITIONS.get(code)
    if definition is None:
        raise Problem("indicator_unknown")
    if by is not None and by not in BREAKDOWNS:
        raise Problem("value_invalid", field="by")
    unit = places.require_unit(unit_id, boundaries)
    first = _first(definition, on, from_, by)
    choice = series.choice(definition, service, stage)
    tree = places.tree(boundaries)
    found = nodes.ground(tree, boundaries)
    at = tree.index[unit_id]
    period = _Distinct(from_, on) if code == "visited_households" and from_ is not None and first is None else None

    def read(chosen: Chosen, since: int | None, with_total: bool = False) -> Values:
        last = on.toordinal()
        if period is not None:
            return period.values(tree, at, chosen, with_total)
        if since is not None:
            return series.days(definition, choice, tree, at, chosen, since, last)
        start = from_.toordinal() if from_ else None
        return series.end(definition, choice, tree, at, chosen, start, last, with_total)

    total: Values | None = None
    slot = 0
    breakdown: Breakdown | None = None
    if by == "day" and first is not None:
        each = read(nodes.whole(tree, found, at), first)
        breakdown = Breakdown(by, (), first, values=[column[0] for column in each.columns])
    elif by == "child":
        units = [tree.units[i] for i in tree.children(at)]
        total, slot = read(nodes.children(tree, found, at), None, with_total=True), -1
        breakdown = Breakdown(by, units, values=total.ends[: len(units)], declared=total.own)
    elif by is not None:
        values = read(nodes.descendants(tree, found, at), first)
        units = tree.units[at : tree.end[at]]
        if by == "descendant":
            breakdown = Breakdown(by, units, values=values.ends, declared=values.own)
        else:
            breakdown = Breakdown(by, units, first, rows=values.rows())
        if by == "descendant" or definition.kind != "flow":
            total = values  # its first slot is the unit itself
    if total is None:
        total = read(nodes.whole(tree, found, at), None)
    return Figure(
        total.last(slot), total.declared(slot), _view(definition, lang), unit, on, boundaries, from_, now_ms(),
        reporting(tree, found, at, on), _coverage(tree, at, unit), _computing(definition), breakdown, lang,
    )  # fmt: skip


def _first(definition: Definition, on: date, from_: date | None, by: str | None) -> int | None:
    """The first day of a series, None where there is no series. Raises Problem date_invalid, period_not_tallied."""
    if from_ is not None and from_ > on:
        raise Problem("date_invalid")
    if by is None or "day" not in by:
        if from_ is not None and definition.kind != "flow" and definition.code != "visited_households":
            # A count of different persons in a period is never the difference of two stocks.
            raise Problem("period_not_tallied")
        return None
    first = from_ or on.replace(day=1)
    if (on - first).days >= DAYS_AT_MOST:
        raise Problem("period_not_tallied")
    return first.toordinal()


class _Distinct:
    """Different households called at in a period: from the records, cell by cell."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last

    def values(self, tree: BoundaryTree, at: int, chosen: Chosen, with_total: bool) -> Values:
        """A household that was called at in two cells counts in both."""
        counts = visits.distinct_households_visited(chosen.cell_ids(), self.first, self.last)
        sums = [0] * chosen.slots
        for cell, number in counts.items():
            sums[chosen.slot_of_cell(cell)] += number
        return series.plain(
            DEFINITIONS["visited_households"], tree, at, chosen, sums, self.last.toordinal(), with_total
        )


def figures_for_units(
    codes: Sequence[str], unit_id: UUID, on: date, boundaries: date, lang: str = "vi"
) -> list[UnitFigures]:
    """Several indicators of a unit and of the units directly below it, in few queries; unknown codes are left out.

    Raises Problem unit_unknown, unit_not_on_boundaries.
    """
    places.require_unit(unit_id, boundaries)
    tree = places.tree(boundaries)
    found = nodes.ground(tree, boundaries)
    at = tree.index[unit_id]
    below = nodes.children(tree, found, at)
    heard = reporting(tree, found, at, on)
    wanted = [DEFINITIONS[code] for code in codes if code in DEFINITIONS]
    figures = []
    for definition, values in zip(wanted, series.many(wanted, tree, at, below, on.toordinal()), strict=True):
        units = {tree.units[i].id: values.last(slot) for slot, i in enumerate(tree.children(at))}
        total, declared = values.last(below.slots), values.declared(below.slots)
        figures.append(UnitFigures(_view(definition, lang), total, declared, units, heard))
    return figures


def reporting(tree: BoundaryTree, found: nodes.Ground, at: int, on: date) -> Reporting:
    """How many hamlets of a unit had an entry in the 7 days up to a date."""
    below = range(at, tree.end[at])
    everything = len(below) == len(tree.units)
    positions = found.hamlets if everything else [i for i in below if tree.units[i].level is Level.HAMLET]
    slots = found.cells if everything else {cell.bytes: i for i in positions for cell in tree.cells[i]}
    last = reading.last_active(slots, on.toordinal(), everything, len(positions))
    recent = sum(map((on.toordinal() - REPORTING_DAYS).__lt__, last))
    freshest = date.fromordinal(max(last)) if last else None
    stalest = date.fromordinal(min(last)) if last else None
    return Reporting(len(positions), recent, freshest, stalest)


def _coverage(tree: BoundaryTree, at: int, unit: UnitView) -> dict[str, int] | None:
    if unit.coverage_of is None:
        return None
    loaded = sum(tree.units[i].level is Level.COMMUNE for i in tree.subtree(at))
    return {"loaded": loaded, "exist": unit.coverage_of}


def _computing(definition: Definition) -> float | None:
    codes = [definition.code, definition.numerator, definition.denominator]
    rows = list(Formula.objects.filter(code__in=codes).values_list("done", "total"))
    shares: list[Number] = [done / total for done, total in rows if done < total]
    return min(shares) if shares else None
