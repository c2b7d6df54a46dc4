"""The projector: once per batch, before commit, the steps of every touched subject are taken out and put in anew.

A subject is (cell, id), so that a move needs nothing special. `before` captures what the tables say ahead of the fold;
`after` compares with what they say then. New households, new residents and recorded visits, by far the most frequent
entries, are followed in memory: they only add, and what they add stands in the entry.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from toso.engine.journal.types import Entry
from toso.registers.catalogue import selectors as catalogue

from ..rules import blocks, steps
from ..rules.definitions import GUIDING_GROUPS, kind_seen
from ..rules.steps import OPEN, Household, Step
from ..selectors import subjects
from ..selectors.subjects import Key, Line, raw_id, service_id
from . import applying
from .homes import Homes
from .persons import Persons
from .spread import CellSpread

CELL = "cell:"
CELL_KINDS = "cell."
UNIT = "unit:"
SILENT = frozenset(("resident.changed", "day_sheet.set", "visit.recorded", "resident.added", "household.added"))
DATED = frozenset(("people", "zalo_news"))


@dataclass(slots=True)
class Batch:
    """What the entries of one flush touch, before anything is read."""

    households: set[Key] = field(default_factory=set)
    residents: set[Key] = field(default_factory=set)
    visits: set[Key] = field(default_factory=set)
    lines: set[Line] = field(default_factory=set)
    units: set[UUID] = field(default_factory=set)
    zalo: set[Key] = field(default_factory=set)
    corrected: list[Entry] = field(default_factory=list)


class Projector:
    """One batch."""

    def __init__(self) -> None:
        self.homes = Homes()
        self.persons = Persons(self.homes)
        self.visits: dict[Key, list[Step]] = {}
        self.recorded: dict[Key, list[Step]] = {}
        self.lines: dict[Line, int] = {}
        self.counted: dict[Line, int] = {}
        self.set_lines: set[Line] = set()
        self.units: dict[UUID, list[Step]] = {}
        self.deltas: blocks.Deltas = {}
        self.activity: dict[tuple[bytes, int], int] = {}
        self.seen: dict[tuple[bytes, str], int] = {}
        self.declared: set[UUID] = set()
        self.spread = CellSpread()
        self.regrouped = False

    # before the fold

    def before(self, entries: Sequence[Entry]) -> None:
        """Capture what these entries will change."""
        batch = Batch()
        self.recorded = {}
        nodes: dict[str, bytes] = {}
        for entry in entries:
            stream = entry.stream
            if stream.startswith(CELL):
                cell = nodes.get(stream)
                if cell is None:
                    cell = nodes[stream] = UUID(stream[5:]).bytes
                if entry.kind.startswith(CELL_KINDS):
                    if entry.kind == "cell.split":
                        self.spread.split(cell, entry)
                    continue
                self._note(cell, entry, True)
                if cell not in self.spread.cells:
                    self._cell_entry(cell, entry, batch)
            elif stream.startswith(UNIT):
                unit = UUID(stream[5:])
                self._note(unit.bytes, entry, False)
                batch.units.add(unit)
                if entry.kind.startswith("opening_figure."):
                    self.declared.add(unit)
            elif entry.kind == "service.put":
                self._service_entry(entry)
        self._read(batch)

    def _note(self, node: bytes, entry: Entry, cell: bool) -> None:
        day = entry.happened_on.toordinal()
        if cell:
            month, index = blocks.slot(day)
            self.activity[(node, month)] = self.activity.get((node, month), 0) | 1 << index
        key = (node, kind_seen(entry.kind))
        known = self.seen.get(key)
        if known is None or day < known:
            self.seen[key] = day

    def _cell_entry(self, cell: bytes, entry: Entry, batch: Batch) -> None:
        kind = entry.kind
        if kind == "visit.recorded":
            self._visit(cell, entry, batch)
        elif kind == "household.added":
            self._new_household(cell, entry)
        elif kind == "resident.added":
            self._new_resident(cell, entry)
        elif kind == "household.changed":
            changed = entry.data["set"]
            if not DATED.isdisjoint(changed):
                self._dirty_home(batch, (cell, entry.record_id.bytes))
                if "zalo_news" in changed:
                    batch.zalo.add((cell, entry.record_id.bytes))
        elif kind == "day_sheet.set":
            line = (cell, entry.happened_on.toordinal(), raw_id(entry.data["service"]))
            batch.lines.add(line)
            self.set_lines.add(line)
        elif kind.startswith("household."):
            self._dirty_home(batch, (cell, entry.record_id.bytes))
            self._dirty_touched(cell, entry, batch)
            for moved in entry.data.get("residents", ()):
                self._dirty(batch, cell, moved["id"], moved.get("alias_of"))
        elif kind == "resident.erased":
            self._dirty_touched(cell, entry, batch)
            self._dirty(batch, cell, entry.data["residue"])
        elif kind == "progress.carried":
            self._dirty_home(batch, (cell, entry.record_id.bytes))
            self._dirty(batch, cell, *entry.data["residents"])
        elif kind in ("visit.corrected", "visit.voided"):
            batch.visits.add((cell, entry.record_id.bytes))
            batch.corrected.append(entry)
            self._dirty_home(batch, (cell, raw_id(entry.data["household"])))
            self._dirty_touched(cell, entry, batch)
            self._dirty(batch, cell, *(a[0] for a in entry.data.get("set", {}).get("assists") or ()))
        elif kind.startswith("resident.") and kind not in SILENT:
            self._dirty_touched(cell, entry, batch)
            self._dirty(batch, cell, entry.data.get("into"), entry.data.get("from"))

    def _dirty_home(self, batch: Batch, key: Key) -> None:
        batch.households.add(key)
        self.homes.dirty.add(key)

    def _dirty_touched(self, cell: bytes, entry: Entry, batch: Batch) -> None:
        self._dirty_keys(batch, [(cell, r.bytes) for c, r in entry.touches if c in ("residents", "progress")])

    def _dirty(self, batch: Batch, cell: bytes, *texts: str | None) -> None:
        self._dirty_keys(batch, [(cell, raw_id(text)) for text in texts if text])

    def _dirty_keys(self, batch: Batch, keys: Sequence[Key]) -> None:
        batch.residents.update(keys)
        self.persons.dirty.update(keys)

    def _service_entry(self, entry: Entry) -> None:
        known = catalogue.services().get(entry.record_id)
        if known is not None and (known.group in GUIDING_GROUPS) != (entry.data["group"] in GUIDING_GROUPS):
            self.regrouped = True

    def _new_household(self, cell: bytes, entry: Entry) -> None:
        day, data = entry.happened_on.toordinal(), entry.data
        home = Household([(day, OPEN)], [(day, data["people"])], [(day, data["zalo_news"])])
        self.homes.add((cell, entry.record_id.bytes), home)

    def _new_resident(self, cell: bytes, entry: Entry) -> None:
        stay = (raw_id(entry.data["household"]), entry.happened_on.toordinal(), OPEN)
        self.persons.add((cell, entry.record_id.bytes), stay)

    def _visit(self, cell: bytes, entry: Entry, batch: Batch) -> None:
        data, day = entry.data, entry.happened_on.toordinal()
        visit = entry.record_id.bytes
        self.homes.call((cell, raw_id(data["household"])), day, visit)
        services: list[bytes] = []
        op_id = entry.op_id.bytes
        for n, (resident, text, stage, _) in enumerate(data.get("assists", ())):
            service = service_id(text)
            services.append(service)
            batch.lines.add((cell, day, service))
            if resident:
                person = (cell, raw_id(resident))
                batch.residents.add(person)
                self.persons.help(person, service, (day, op_id, n, stage))
        made = steps.visit_steps(day, data["outcome"], services)
        self.recorded[(cell, visit)] = made
        blocks.add(self.deltas, cell, made)

    def _read(self, batch: Batch) -> None:
        if batch.zalo:
            self._add_tenants(batch)
        self.homes.capture(batch.households)
        self.persons.capture(batch.residents)
        if batch.visits:
            self._read_visits(batch)
        lines = [line for line in batch.lines if line not in self.lines]
        if lines:
            found_lines = subjects.lines(lines)
            self.counted.update(subjects.recorded(found_lines) if found_lines else {})
            self.lines.update((line, found_lines.get(line, -1)) for line in lines)
        units = [unit for unit in batch.units if unit not in self.units]
        if units:
            self.units.update(subjects.unit_steps(units))

    def _add_tenants(self, batch: Batch) -> None:
        """Everybody who ever lived in households whose answer about Zalo groups changes."""
        self._dirty_keys(batch, subjects.tenants(batch.zalo))
        for key in self.persons.made:
            if any((key[0], stay[0]) in batch.zalo for stay in self.persons.groups.by_root[key].stays):
                self.persons.dirty.add(key)

    def _read_visits(self, batch: Batch) -> None:
        """Old steps of corrected visits, and every line on which one of their assists stands or will stand."""
        new = [key for key in batch.visits if key not in self.visits]
        found = subjects.visits_by_key(list(batch.visits))
        for key in new:
            self.visits[key] = found.steps.get(key) or self.recorded.get(key, [])
        for entry in batch.corrected:
            cell = UUID(entry.stream[5:]).bytes
            own = found.lines.get((cell, entry.record_id.bytes), [])
            changed = entry.data.get("set", {})
            days = {day for day, _ in own} | {entry.happened_on.toordinal()}
            if changed.get("on"):
                days.add(subjects.day(changed["on"]))
            days |= {day for key, day in _days(found.steps) if key == (cell, entry.record_id.bytes)}
            services = {service for _, service in own} | {raw_id(a[1]) for a in changed.get("assists") or ()}
            batch.lines |= {(cell, day, service) for day in days for service in services}

    # after the fold

    def after(self) -> None:
        """Write new minus old."""
        self.homes.settle(self.deltas, self.spread.cells)
        persons = self.persons
        if persons.helped or persons.dirty:
            persons.settle(self.deltas, subjects.guiding(), self.spread.cells)
        self._after_visits()
        self._after_lines()
        if self.units:
            now = subjects.unit_steps(list(self.units))
            for unit, old in self.units.items():
                blocks.add(self.deltas, unit.bytes, old, -1)
                blocks.add(self.deltas, unit.bytes, now[unit])
        self.spread.settle(self.deltas, self.activity, self.seen)
        applying.apply_deltas(self.deltas)
        applying.put_activity(self.activity)
        applying.put_seen(self.seen)
        if self.declared:
            applying.put_declared(list(self.declared))
        if self.regrouped:
            applying.out_of_date("guided")

    def _after_visits(self) -> None:
        if not self.visits:
            return
        now = subjects.visits_by_key(list(self.visits)).steps
        for key, old in self.visits.items():
            blocks.add(self.deltas, key[0], old, -1)
            blocks.add(self.deltas, key[0], now.get(key, []))

    def _after_lines(self) -> None:
        live = [line for line, count in self.lines.items() if count >= 0 or line in self.set_lines]
        live = [line for line in live if line[0] not in self.spread.cells]
        if not live:
            return
        counts, recorded = subjects.lines(live), subjects.recorded(live)
        for line in live:
            cell, day, service = line
            if self.lines[line] >= 0:
                old = steps.line_steps(day, service, self.lines[line], self.counted.get(line, 0))
                blocks.add(self.deltas, cell, old, -1)
            if line in counts:
                blocks.add(self.deltas, cell, steps.line_steps(day, service, counts[line], recorded.get(line, 0)))


def _days(found: dict[Key, list[Step]]) -> Iterable[tuple[Key, Any]]:
    """The days of visits, from their steps."""
    return ((key, day) for key, own in found.items() for _, day, _ in own)
