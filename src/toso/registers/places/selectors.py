"""Reads of units and cells by the boundaries of any date.

Boundaries change rarely and are read all the time: the tree of an era (the days between two changes) is built
once per process and kept, keyed by the last entry that was folded.
"""

import gc
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from threading import Lock
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from toso.engine.journal.bulk import chunks
from toso.engine.journal.selectors import reading
from toso.kernel.ids import short
from toso.kernel.problems import Problem
from toso.kernel.text import fold as folded

from .models import Cell, CellBelonging, Heir, Position, Reorganisation, Unit, UnitVersion
from .types import EVER, FAR, BoundaryTree, Ground, Level, Life, ReorganisationView, UnitView, VersionView

KEPT = 4
DAY = timedelta(days=1)
_LEVELS = {level.value: level for level in Level}
_VIEW = (
    "unit_id", "code", "unit__level", "kind", "name_vi", "name_km", "parent_id", "unit__starts", "unit__ends",
    "lon", "lat", "coverage_of",
)  # fmt: skip

State = tuple[Any, ...] | None


class _Trees:
    """The eras of one state of the tables and the trees built last; a new state drops nothing that is in use."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._eras: tuple[State, list[date]] | None = None
        self._kept: OrderedDict[tuple[State, date], BoundaryTree] = OrderedDict()

    def eras(self, state: State) -> list[date] | None:
        with self._lock:
            return self._eras[1] if self._eras and self._eras[0] == state else None

    def keep_eras(self, state: State, eras: list[date]) -> None:
        with self._lock:
            self._eras = (state, eras)

    def get(self, key: tuple[State, date]) -> BoundaryTree | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            return None

    def keep(self, key: tuple[State, date], tree: BoundaryTree) -> None:
        with self._lock:
            self._kept[key] = tree
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


_trees = _Trees()


@dataclass(frozen=True, slots=True)
class _Era:
    since: date
    until: date


def _state() -> State:
    """Which entry was folded last: asked at every read, so without the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT seq, op_id, appended_at FROM "{Position._meta.db_table}"')
        row: State = cursor.fetchone()
    return row


def tree(on: date) -> BoundaryTree:
    """The units and cells of a date."""
    state = _state()
    found = _cached(state, on)
    if found is not None:
        return found
    with _one_view():
        state = _state()
        key = state, (era := _era(_known_eras(state), on)).since
        found = _trees.get(key)
        if found is None:
            with _without_collector():
                found = _build(on, era)
            _trees.keep(key, found)
    return found


def _one_view() -> AbstractContextManager[None]:
    """A consistent view of the database: the one already open, if any (SQLite cannot begin inside another)."""
    held = connection.connection
    if connection.vendor == "sqlite" and held is not None and held.in_transaction:
        return nullcontext()
    return reading()


def _cached(state: State, on: date) -> BoundaryTree | None:
    eras = _trees.eras(state)
    return None if eras is None else _trees.get((state, _era(eras, on).since))


def _known_eras(state: State) -> list[date]:
    eras = _trees.eras(state)
    if eras is None:
        days: set[date] = {EVER, FAR}
        for model in (UnitVersion, CellBelonging):
            for column in ("starts", "ends"):
                days.update(model._default_manager.order_by().values_list(column, flat=True).distinct())
        eras = sorted(days)
        _trees.keep_eras(state, eras)
    return eras


def _era(eras: Sequence[date], on: date) -> _Era:
    since = max(day for day in eras if day <= on)
    return _Era(since, min((day for day in eras if day > on), default=FAR))


def _rows(model: str, columns: Sequence[str], on: date) -> list[tuple[Any, ...]]:
    """Rows of a dated table on a day, as the driver gives them: conversions by the ORM would cost most of the time."""
    versions, units, belongings = (m._meta.db_table for m in (UnitVersion, Unit, CellBelonging))
    source = f'"{versions}" v JOIN "{units}" u ON u.id = v.unit_id' if model == "v" else f'"{belongings}" v'
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM {source} WHERE v.starts <= %s AND v.ends > %s",
            [on.isoformat(), on.isoformat()],
        )
        return list(cursor.fetchall())


@contextmanager
def _without_collector() -> Iterator[None]:
    """Building makes many objects and no rubbish: the cyclic collector would only cost a third of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _build(on: date, era: _Era) -> BoundaryTree:
    rows = _rows(
        "v",
        (
            "v.sort_key", "v.unit_id", "v.code", "u.level", "v.kind", "v.name_vi", "v.name_km", "v.parent_id",
            "CAST(u.starts AS text)", "CAST(u.ends AS text)", "v.lon", "v.lat", "v.coverage_of", "v.name_folded",
        ),
        on,
    )  # fmt: skip
    rows.sort(key=itemgetter(0, 1))
    at = {row[1]: i for i, row in enumerate(rows)}
    below: list[list[int]] = [[] for _ in rows]
    roots = []
    for i, row in enumerate(rows):
        above = at.get(row[7])
        if above is None:
            roots.append(i)
        else:
            below[above].append(i)
    own: dict[Any, list[UUID]] = {}
    for cell, hamlet in _rows("c", ("v.cell_id", "v.hamlet_id"), on):
        own.setdefault(hamlet, []).append(_uuid(cell))

    units: list[UnitView] = []
    parent: list[int] = []
    depth: list[int] = []
    cells: list[tuple[UUID, ...]] = []
    names: list[str] = []
    index: dict[UUID, int] = {}
    spans: dict[Any, date | None] = {}
    stack = [(i, -1, 0) for i in reversed(roots)]
    while stack:
        i, above, level = stack.pop()
        _, key, code, tier, kind, vi, km, _, starts, ends, lon, lat, coverage, name = rows[i]
        for day in (starts, ends):
            if day not in spans:
                spans[day] = _open(date.fromisoformat(day))
        here = len(units)
        unit_id = _uuid(key)
        units.append(
            UnitView(
                unit_id, code, _LEVELS[tier], kind, vi, km, units[above].id if above >= 0 else None,
                spans[starts], spans[ends], lon, lat, coverage,
            )
        )  # fmt: skip
        parent.append(above)
        depth.append(level)
        mine = own.get(key)
        cells.append(tuple(sorted(mine)) if mine else ())
        names.append(name)
        index[unit_id] = here
        if below[i]:
            stack.extend([(child, here, level + 1) for child in reversed(below[i])])
    end = list(range(1, len(units) + 1))
    for i in range(len(units) - 1, -1, -1):
        above = parent[i]
        if above >= 0 and end[above] < end[i]:
            end[above] = end[i]
    return BoundaryTree(era.since, era.until, units, end, parent, depth, cells, names, index)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(int=int(value, 16))


def _open(day: date) -> date | None:
    return None if day in (EVER, FAR) else day


def unit_on(unit_id: UUID, on: date) -> UnitView | None:
    """A unit as it was on a date, None when it did not exist."""
    boundaries = tree(on)
    at = boundaries.find(unit_id)
    return None if at is None else boundaries.units[at]


def require_unit(unit_id: UUID, on: date) -> UnitView:
    """A unit as it was on a date. Raises Problem unit_unknown, or unit_not_on_boundaries with its successors
    (for a date before its first day: those it came from), short ids separated by commas."""
    found = unit_on(unit_id, on)
    if found is None:
        ids = ",".join(short(unit.id) for unit in successors(unit_id, on))
        raise Problem("unit_not_on_boundaries", successors=ids)
    return found


def units(
    on: date,
    *,
    parent: UUID | None = None,
    code: str | None = None,
    level: Level | str | None = None,
    q: str | None = None,
    limit: int | None = 100,
    offset: int = 0,
) -> list[UnitView]:
    """Units of a date in tree order: those directly below `parent`, or of a code or level, or whose name contains
    `q` (marks do not matter). Raises Problem unit_unknown or unit_not_on_boundaries for the parent."""
    boundaries = tree(on)
    if parent is not None:
        require_unit(parent, on)
        chosen: Sequence[int] = boundaries.children(boundaries.index[parent])
    else:
        chosen = range(len(boundaries.units))
    if code is not None:
        at = boundaries.by_code(code)
        chosen = [at] if at is not None and at in chosen else []
    if level is not None:
        chosen = [i for i in chosen if boundaries.units[i].level == level]
    if q is not None and (sought := folded(q)):
        chosen = [i for i in chosen if sought in boundaries.folded[i]]
    last = None if limit is None else offset + limit
    return [boundaries.units[i] for i in chosen[offset:last]]


def by_code(code: str, on: date) -> UnitView | None:
    """The unit that bore an official code on a date."""
    boundaries = tree(on)
    at = boundaries.by_code(code)
    return None if at is None else boundaries.units[at]


def lives(unit_ids: Sequence[UUID]) -> dict[UUID, Life]:
    """Level and life of the units that are known."""
    found: dict[UUID, Life] = {}
    for some in chunks(list(dict.fromkeys(unit_ids))):
        rows = Unit.objects.filter(pk__in=some).values_list("id", "level", "starts", "ends")
        found.update((key, Life(_LEVELS[level], starts, ends)) for key, level, starts, ends in rows)
    return found


def _life(unit_id: UUID) -> Life:
    known = lives([unit_id])
    if not known:
        raise Problem("unit_unknown")
    return known[unit_id]


def ended_on(day: date) -> list[UUID]:
    """The units whose last day is the one before `day`."""
    return list(Unit.objects.filter(ends=day).order_by("id").values_list("id", flat=True))


def last_day(unit_id: UUID) -> date | None:
    """The last day of a unit's life, None while no end is known. Raises Problem unit_unknown."""
    ends = _life(unit_id).ends
    return None if ends == FAR else ends - DAY


def grounds(unit_ids: Sequence[UUID], on: date) -> dict[UUID, Ground]:
    """Where each unit lies on a date, or lay on its last day; units unknown, or that begin later, are left out."""
    return {key: ground for key, (ground, day) in _nearest(unit_ids, on).items() if day <= on}


def _nearest(unit_ids: Sequence[UUID], on: date) -> dict[UUID, tuple[Ground, date]]:
    """Where each known unit lies on the day of its life that is nearest to a date, and that day."""
    boundaries = tree(on)
    found: dict[UUID, tuple[Ground, date]] = {}
    absent: list[UUID] = []
    for unit in dict.fromkeys(unit_ids):
        at = boundaries.find(unit)
        if at is None:
            absent.append(unit)
        else:
            found[unit] = Ground(boundaries, at), on
    trees: dict[date, BoundaryTree] = {}
    for unit, life in lives(absent).items() if absent else ():
        day = life.nearest(on)
        then = trees.get(day)
        if then is None:
            then = trees[day] = tree(day)
        found[unit] = Ground(then, then.index[unit]), day
    return found


def cells_of_units(unit_ids: Sequence[UUID], on: date) -> dict[UUID, list[UUID]]:
    """The living cells of each unit: on a date, or on its last day when it has ended by then; none before its
    first, none for unknown units."""
    found = grounds(unit_ids, on)
    return {unit: found[unit].cells() if unit in found else [] for unit in unit_ids}


def cells_of_unit(unit_id: UUID, on: date) -> list[UUID]:
    """Like `cells_of_units`, for one. Raises Problem unit_unknown."""
    found = _nearest([unit_id], on)
    if not found:
        raise Problem("unit_unknown")
    ground, day = found[unit_id]
    return ground.cells() if day <= on else []


def cell_lives(cell_id: UUID) -> bool:
    """Whether a cell is known and was not split."""
    return Cell.objects.filter(pk=cell_id, ended=False).exists()


def hamlet_of_cell(cell_id: UUID, on: date) -> UnitView | None:
    """The hamlet a living cell belonged to on a date; None for cells that are unknown, split, or younger."""
    boundaries = tree(on)
    at = boundaries.hamlet_of(cell_id)
    return None if at is None else boundaries.units[at]


def cells_now(cell_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The living cells that stand for each of these: itself, or what came of it by splits; none for unknown ones."""
    ended = dict(Cell.objects.filter(pk__in=cell_ids).values_list("id", "ended"))
    found = {cell: [cell] for cell in ended}
    pending = {cell: cell for cell, split in ended.items() if split}
    for cell in pending:
        found[cell] = []
    while pending:
        rows = Cell.objects.filter(parent_id__in=list(pending)).order_by("id").values_list("id", "parent_id", "ended")
        below: dict[UUID, UUID] = {}
        for child, above, split in rows:
            if split:
                below[child] = pending[above]
            else:
                found[pending[above]].append(child)
        pending = below
    return found


def ancestors(unit_id: UUID, on: date) -> list[UnitView]:
    """The units above a unit on a date, from the province down. Raises Problem when it did not exist."""
    require_unit(unit_id, on)
    boundaries = tree(on)
    return [boundaries.units[i] for i in boundaries.ancestors(boundaries.index[unit_id])]


def successors(unit_id: UUID, on: date) -> list[UnitView]:
    """Like `successors_of`, for one. Raises Problem unit_unknown."""
    found = successors_of([unit_id], on)
    if not found:
        raise Problem("unit_unknown")
    return found[unit_id]


def successors_of(unit_ids: Sequence[UUID], on: date) -> dict[UUID, list[UnitView]]:
    """The units of a date that hold the ground of each known unit: of its level, or of the next lower one there is.

    Found by the cells of its last day (for a date before its first: of that one); for what has no cells, by
    decisions. A unit that exists on the date is its own successor.
    """
    boundaries = tree(on)
    chains: tuple[dict[UUID, list[UUID]], dict[UUID, list[UUID]]] | None = None
    answer: dict[UUID, list[UnitView]] = {}
    for unit, (ground, day) in _nearest(unit_ids, on).items():
        then, level = ground.tree, ground.unit.level
        found: set[int] = {ground.at} if day == on else set()
        if day != on:
            hamlets = {boundaries.hamlet_of(cell) for cell in ground.cells()}
            found.update(_of_level(boundaries, hamlet, level) for hamlet in hamlets if hamlet is not None)
            bare = [then.units[i].id for i in then.subtree(ground.at) if not then.cells_of(i)]
            if bare:
                chains = chains or _chains()
                found.update(_by_decisions(boundaries, bare, level, chains[0 if on > day else 1]))
        answer[unit] = [boundaries.units[i] for i in sorted(found)]
    return answer


def _of_level(boundaries: BoundaryTree, i: int, level: Level) -> int:
    """The unit above (or at) i that has the level, or the highest one below that level."""
    while boundaries.parent[i] >= 0 and boundaries.units[boundaries.parent[i]].level.rank >= level.rank:
        i = boundaries.parent[i]
    return i


def _chains() -> tuple[dict[UUID, list[UUID]], dict[UUID, list[UUID]]]:
    """Heirs of each unit, and whose heir it is."""
    forward: dict[UUID, list[UUID]] = {}
    backward: dict[UUID, list[UUID]] = {}
    for unit, heir in Heir.objects.values_list("unit_id", "heir_id"):
        forward.setdefault(unit, []).append(heir)
        backward.setdefault(heir, []).append(unit)
    return forward, backward


def _by_decisions(
    boundaries: BoundaryTree, start: Sequence[UUID], level: Level, chain: dict[UUID, list[UUID]]
) -> set[int]:
    """Follow decisions from unit to unit until they exist on the date of the tree."""
    found: set[int] = set()
    seen = set(start)
    pending = list(start)
    while pending:
        unit = pending.pop()
        at = boundaries.find(unit)
        if at is not None:
            found.add(_of_level(boundaries, at, level))
            continue
        following = [other for other in chain.get(unit, ()) if other not in seen]
        seen.update(following)
        pending.extend(following)
    return found


def unit_history(unit_id: UUID) -> list[VersionView]:
    """Everything a unit was called, and where it lay, in order of time. Raises Problem unit_unknown."""
    rows = list(UnitVersion.objects.filter(unit_id=unit_id).order_by("starts").values_list("starts", "ends", *_VIEW))
    if not rows:
        raise Problem("unit_unknown")
    return [VersionView(_open(row[0]), _open(row[1]), _view(row[2:])) for row in rows]


def _view(row: tuple[Any, ...]) -> UnitView:
    unit_id, code, level, kind, vi, km, parent, starts, ends, lon, lat, coverage = row
    return UnitView(unit_id, code, _LEVELS[level], kind, vi, km, parent, _open(starts), _open(ends), lon, lat, coverage)


def reorganisations(since: date = EVER, until: date = FAR) -> list[ReorganisationView]:
    """Decisions that take effect in [since, until), in order of time."""
    rows = (
        Reorganisation.objects.filter(effective_on__gte=since, effective_on__lt=until)
        .order_by("effective_on", "id")
        .values_list("id", "decision", "title", "effective_on", "clauses")
    )
    return [ReorganisationView(*row[:4], orjson.loads(row[4])) for row in rows]
