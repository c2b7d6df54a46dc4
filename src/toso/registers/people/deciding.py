"""How each act on households and residents is decided, on working copies of the rows that it touches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from toso.engine.journal import selectors as journal
from toso.engine.journal.services import Writer
from toso.engine.journal.types import Data, Entry, Touch, cell_stream
from toso.engine.sync.types import Act, Header, RouteChanged
from toso.kernel.ids import parse_id, short
from toso.kernel.problems import Problem
from toso.registers.roles.access import standings
from toso.registers.roles.types import Standing

from . import rules, selectors
from .registry import registry

Decided = tuple[str, int, Mapping[str, Any]]


@dataclass(slots=True)
class Work:
    """Everything a batch needs, read once."""

    writer: Writer
    households: dict[UUID, rules.HouseholdState]
    residents: dict[UUID, rules.ResidentState]
    taken: set[UUID]
    erased: set[UUID]
    standings: Mapping[UUID, Standing]
    bases: Mapping[tuple[str, int], int]
    conflicts: dict[UUID, dict[str, Any]]
    cells: Mapping[UUID, UUID]
    by_field: dict[tuple[UUID, str], list[UUID]] = field(default_factory=dict)

    def stream(self, cell: UUID) -> str:
        """The locked stream of a cell. Raises RouteChanged when it is not locked."""
        name = cell_stream(cell)
        if name not in self.writer.streams:
            raise RouteChanged(name)
        return name

    def may_write(self, header: Header, cell: UUID) -> None:
        """Raises the Problem that keeps this author from writing to the cell."""
        if header.released:
            return
        user = header.author.user_id
        standing = self.standings.get(user) if user else None
        if standing is None:
            raise Problem("cell_not_yours")
        base = self.bases.get((cell_stream(cell), header.base_seq), 0 if header.base_seq == 0 else None)
        problem = standing.refusal(cell, header.happened_on, base, self.writer.now)
        if problem is not None:
            raise problem

    def leads(self, header: Header, cell: UUID) -> bool:
        """Whether the author leads the cell."""
        user = header.author.user_id
        standing = self.standings.get(user) if user else None
        return header.released or (standing is not None and standing.leads(cell, header.happened_on))

    def household(self, text: str) -> rules.HouseholdState:
        """The household that lives somewhere now. Raises Problem household_unknown, household_gone."""
        state = self.households.get(parse_id(text))
        if state is None:
            raise Problem("household_unknown", id=text)
        if state.state != "here":
            raise Problem("household_gone", id=text)
        return state

    def resident(self, text: str) -> rules.ResidentState:
        """The resident who is here now. Raises Problem resident_unknown, record_erased."""
        key = parse_id(text)
        if key in self.erased:
            raise Problem("record_erased")
        state = self.residents.get(key)
        if state is None or state.state not in ("here",):
            raise Problem("resident_unknown", id=text)
        return state


def load(writer: Writer, acts: Sequence[Act]) -> Work:
    """Read what these acts need: rows, standings, what their authors had seen, open conflicts."""
    household_ids: set[UUID] = set()
    resident_ids: set[UUID] = set()
    conflict_ids: list[UUID] = []
    hints = [parse_id(act.body.to_cell) for act in acts if act.kind == "household.move"]
    for act in acts:
        for name in ("id", "household", "to_household", "with_"):
            text = getattr(act.body, name, None)
            if not isinstance(text, str):
                continue
            key = parse_id(text)
            if act.kind == "conflict.settle":
                conflict_ids.append(key)
            elif name in ("household", "to_household") or act.kind.startswith("household."):
                household_ids.add(key)
            else:
                resident_ids.add(key)
    conflicts = selectors.conflicts(conflict_ids)
    for row in conflicts.values():
        (household_ids if row["collection"] == "households" else resident_ids).add(row["record_id"])
    all_households = selectors.household_states(list(household_ids))
    all_residents = selectors.resident_states(list(resident_ids))
    users = [act.header.author.user_id for act in acts if act.header.author.user_id]
    positions = {
        (name, act.header.base_seq) for act in acts for name in writer.streams if 0 < act.header.base_seq < 2**53
    }
    found = standings(list(dict.fromkeys(users)))
    ending = any(term.ends is not None for standing in found.values() for term in standing.terms)
    work = Work(
        writer,
        _latest(all_households),
        _latest(all_residents),
        {key for _, key in all_households} | {key for _, key in all_residents},
        selectors.erased(list(resident_ids)),
        found,
        journal.appended_at(list(positions)) if positions and ending else {},
        conflicts,
        selectors.living_cells([*hints, *(act.header.cell for act in acts if act.header.cell)]),
    )
    records = [*work.households, *work.residents]
    for record, name, key in selectors.conflicts_on(records) if records else ():
        work.by_field.setdefault((record, name), []).append(key)
    return work


def _latest(found: Mapping[tuple[UUID, UUID], Any]) -> dict[UUID, Any]:
    # A record may have rows in several cells; the one where it is here now stands, else the last one left.
    latest: dict[UUID, Any] = {}
    for (_, key), state in found.items():
        known = latest.get(key)
        if (
            known is None
            or (state.state == "here") > (known.state == "here")
            or ((state.state == "here") == (known.state == "here") and state.state != "moved")
        ):
            latest[key] = state
    return latest


def _append(work: Work, act: Act, cell: UUID, kind: str, record: UUID, data: Data, touches: Sequence[Touch]) -> Entry:
    return work.writer.append(work.stream(cell), act.header.draft(kind, record, data, touches))


def _extra(act: Act) -> Data:
    extra = dict(act.extra)
    if extra and len(orjson.dumps(extra)) > rules.EXTRA_LIMIT:
        raise Problem("text_too_long", field="extra", limit=rules.EXTRA_LIMIT)
    return extra


def add_household(work: Work, act: Act) -> Decided:
    """A household met for the first time, in the cell the operation names."""
    body = act.body
    record, hint = parse_id(body.id), act.header.cell
    if hint is None:
        raise Problem("value_invalid", field="cell")
    cell = work.cells.get(hint)
    if cell is None or cell_stream(cell) not in work.writer.streams:
        raise Problem("cell_not_yours")
    work.may_write(act.header, cell)
    if record in work.taken:
        raise Problem("already_exists")
    data: Data = {name: rules.checked(name, getattr(body, name)) for name in rules.HOUSEHOLD_FIELDS}
    if extra := _extra(act):
        data["extra"] = extra
    entry = _append(work, act, cell, "household.added", record, data, (("households", record),))
    work.households[record] = rules.household_after(None, cell, entry)
    work.taken.add(record)
    return entry.stream, entry.seq, {}


def change_household(work: Work, act: Act) -> Decided:
    """Some fields of a household; each merges singly."""
    state = work.household(act.body.id)
    return _change(work, act, state, "household", "households", rules.HOUSEHOLD_FIELDS)


def change_resident(work: Work, act: Act) -> Decided:
    """Some fields of a resident; each merges singly."""
    state = work.resident(act.body.id)
    return _change(work, act, state, "resident", "residents", rules.RESIDENT_FIELDS)


def _change(
    work: Work,
    act: Act,
    state: rules.HouseholdState | rules.ResidentState,
    family: str,
    collection: str,
    known: tuple[str, ...],
) -> Decided:
    header = act.header
    work.may_write(header, state.cell_id)
    write = rules.Write(header.made_at, header.base_seq, header.author.seen_key)
    values = {name: rules.checked(name, value) for name, value in act.body.set.items()}
    if not values or any(len(name) > 40 for name in values):
        raise Problem("value_invalid", field="set")
    if any(name not in known for name in values):
        extra = {**state.extra, **{n: v for n, v in values.items() if n not in known}}
        if len(orjson.dumps(extra)) > rules.EXTRA_LIMIT:
            raise Problem("text_too_long", field="extra", limit=rules.EXTRA_LIMIT)
    won: Data = {}
    lost: Data = {}
    conflicts: list[Data] = []
    settles: list[str] = []
    for name, value in values.items():
        clock = rules.clock_of(state, name)
        current = getattr(state, name) if name in known else state.extra.get(name)
        takes = rules.wins(write, clock)
        (won if takes else lost)[name] = value
        if rules.unseen(write, clock) and value != current:
            conflicts.append(_conflict(header, clock, collection, name, takes, value, current))
        elif takes and header.base_seq:
            open_ones = work.by_field.get((state.id, name), ())
            settles.extend(short(key) for key in open_ones if not rules.unseen(write, clock))
    data: Data = {"set": won}
    touches: list[Touch] = [(collection, state.id)]
    for name, content in (("lost", lost), ("conflicts", conflicts), ("settles", settles)):
        if content:
            data[name] = content
    touches += [("conflicts", parse_id(found["id"])) for found in conflicts]
    touches += [("conflicts", parse_id(text)) for text in settles]
    entry = _append(work, act, state.cell_id, f"{family}.changed", state.id, data, touches)
    if isinstance(state, rules.HouseholdState):
        work.households[state.id] = rules.household_after(state, state.cell_id, entry)
    else:
        work.residents[state.id] = rules.resident_after(state, state.cell_id, entry)
    for found in conflicts:
        work.by_field.setdefault((state.id, found["field"]), []).append(parse_id(found["id"]))
    for text in settles:
        for ids in work.by_field.values():
            if parse_id(text) in ids:
                ids.remove(parse_id(text))
    return entry.stream, entry.seq, lost if conflicts or lost else {}


def _conflict(
    header: Header, clock: rules.Clock | None, collection: str, name: str, takes: bool, value: Any, current: Any
) -> Data:
    other = clock[2] if clock else ""
    mine = short(header.author.device_id or header.author.user_id) if header.author.user_id else None
    theirs = short(UUID(other)) if other else None
    return {
        "id": short(rules.conflict_id(header.op_id, name)),
        "collection": collection,
        "field": name,
        "kept": value if takes else current,
        "kept_by": mine if takes else theirs,
        "lost": current if takes else value,
        "lost_by": theirs if takes else mine,
    }


def close_household(work: Work, act: Act) -> Decided:
    """The household is no longer here; its residents leave with it."""
    state = work.household(act.body.id)
    work.may_write(act.header, state.cell_id)
    work.writer.flush()
    residents = selectors.resident_states(households=[state.id], cell_id=state.cell_id)
    touches: list[Touch] = [("households", state.id), ("calls", state.id)]
    touches += [(name, key) for _, key in residents for name in ("residents", "progress")]
    entry = _append(work, act, state.cell_id, "household.closed", state.id, {"reason": act.body.reason}, touches)
    work.households[state.id] = rules.household_after(state, state.cell_id, entry)
    work.residents |= {key: rules.resident_gone(resident, entry) for (_, key), resident in residents.items()}
    return entry.stream, entry.seq, {}


def move_household(work: Work, act: Act) -> Decided:
    """The household lives in another cell from the day on: `moved_out` here, `moved_in` with full state there."""
    state = work.household(act.body.id)
    to = work.cells.get(parse_id(act.body.to_cell), state.cell_id)
    work.may_write(act.header, state.cell_id)
    if to == state.cell_id or cell_stream(to) not in work.writer.streams:
        raise Problem("value_invalid", field="to_cell")
    # It writes into both hamlets: who serves only one leaves it to the leader of the other, through quarantine.
    work.may_write(act.header, to)
    work.writer.flush()
    residents = selectors.resident_states(households=[state.id], cell_id=state.cell_id)
    people = [r for r in residents.values() if r.household_id == state.id]
    gone: list[Touch] = [("households", state.id), ("calls", state.id)]
    gone += [(name, r.id) for r in people for name in ("residents", "progress")]
    start = max([act.header.happened_on.isoformat(), *(str(s[-2]) for s in state.stays)])
    day = act.header.happened_on.fromisoformat(start)
    out = work.writer.append(
        work.stream(state.cell_id),
        act.header.draft("household.moved_out", state.id, {"to": short(to)}, gone, day),
    )
    full = {name: getattr(state, name) for name in rules.HOUSEHOLD_FIELDS}
    data: Data = {
        "from": short(state.cell_id),
        "household": {**full, "extra": state.extra, "history": state.history},
        "residents": [
            {
                "id": short(r.id), "name": r.name, "birth_year": r.birth_year, "extra": r.extra, "state": r.state,
                "present": r.state in rules.PRESENT and bool(r.stays) and r.stays[-1][-1] is None,
                "alias_of": short(r.alias_of) if r.alias_of else None,
            }
            for r in people
        ],
    }  # fmt: skip
    work.writer.append(work.stream(to), act.header.draft("household.moved_in", state.id, data, gone, day))
    work.writer.flush()
    for carry in registry.carriers:
        carry(work.writer, act.header, state.id, state.cell_id, [r.id for r in people], to, day)
    work.writer.flush()
    work.households[state.id] = selectors.household_states([state.id], to)[(to, state.id)]
    for key, moved in selectors.resident_states([r.id for r in people], cell_id=to).items():
        work.residents[key[1]] = moved
    return out.stream, out.seq, {}


def add_resident(work: Work, act: Act) -> Decided:
    """A person is named, in a household."""
    body = act.body
    home = work.household(body.household)
    work.may_write(act.header, home.cell_id)
    record = parse_id(body.id)
    if record in work.taken or record in work.erased:
        raise Problem("record_erased" if record in work.erased else "already_exists")
    data: Data = {
        "household": short(home.id),
        "name": rules.checked("name", body.name),
        "birth_year": rules.checked("birth_year", body.birth_year),
    }
    if extra := _extra(act):
        data["extra"] = extra
    entry = _append(work, act, home.cell_id, "resident.added", record, data, (("residents", record),))
    work.residents[record] = rules.resident_after(None, home.cell_id, entry)
    work.taken.add(record)
    return entry.stream, entry.seq, {}


def _resident_act(work: Work, act: Act, kind: str, data: Data, touches: Sequence[Touch] = ()) -> Decided:
    state = work.resident(act.body.id)
    work.may_write(act.header, state.cell_id)
    own: list[Touch] = [("residents", state.id), *touches]
    entry = _append(work, act, state.cell_id, kind, state.id, data, own)
    work.residents[state.id] = rules.resident_after(state, state.cell_id, entry)
    return entry.stream, entry.seq, {}


def move_resident(work: Work, act: Act) -> Decided:
    """The resident lives in another household of the same cell."""
    home = work.household(act.body.to_household)
    state = work.resident(act.body.id)
    if home.cell_id != state.cell_id:
        raise Problem("value_invalid", field="to_household")
    return _resident_act(work, act, "resident.moved", {"to_household": short(home.id)})


def leave_resident(work: Work, act: Act) -> Decided:
    """The resident is no longer here."""
    state = work.resident(act.body.id)
    return _resident_act(work, act, "resident.left", {"reason": act.body.reason}, (("progress", state.id),))


def merge_residents(work: Work, act: Act) -> Decided:
    """Two records of one person: the lowest id stands, the other becomes its alias. Only a leader may."""
    one, two = work.resident(act.body.id), work.resident(act.body.with_)
    if one.cell_id != two.cell_id or one.id == two.id or one.alias_of or two.alias_of:
        raise Problem("value_invalid", field="with")
    work.may_write(act.header, one.cell_id)
    if not work.leads(act.header, one.cell_id):
        raise Problem("forbidden")
    lowest, other = sorted((one, two), key=lambda state: state.id)
    aliases = selectors.resident_groups(other.cell_id, [other.id])
    if any(view.root == other.id and view.id != other.id for view in aliases):
        raise Problem("value_invalid", field="with")
    touches: list[Touch] = [(n, s.id) for n in ("residents", "progress") for s in (lowest, other)]
    entry = _append(work, act, other.cell_id, "resident.merged", other.id, {"into": short(lowest.id)}, touches)
    work.residents[other.id] = rules.resident_after(other, other.cell_id, entry)
    return entry.stream, entry.seq, {}


def unmerge_resident(work: Work, act: Act) -> Decided:
    """Undo a merge."""
    state = work.resident(act.body.id)
    if state.alias_of is None:
        raise Problem("value_invalid", field="id")
    if not work.leads(act.header, state.cell_id):
        raise Problem("forbidden")
    touches: list[Touch] = [("progress", state.id), ("residents", state.alias_of), ("progress", state.alias_of)]
    return _resident_act(work, act, "resident.unmerged", {"from": short(state.alias_of)}, touches)


def settle_conflict(work: Work, act: Act) -> Decided:
    """The leader settles a conflict with a tap."""
    key = parse_id(act.body.id)
    row = work.conflicts.get(key)
    if row is None:
        raise Problem("value_invalid", field="id")
    household = row["collection"] == "households"
    states: Mapping[UUID, Any] = work.households if household else work.residents
    state = states.get(row["record_id"])
    if state is None or state.state != "here":
        raise Problem("record_erased")
    work.may_write(act.header, state.cell_id)
    if not work.leads(act.header, state.cell_id):
        raise Problem("forbidden")
    family = "household" if household else "resident"
    chosen = {row["field"]: orjson.loads(row["lost"])} if act.body.keep == "lost" else {}
    entry = _append(
        work, act, state.cell_id, f"{family}.changed", state.id, {"set": chosen, "settles": [short(key)]},
        ((row["collection"], state.id), ("conflicts", key)),
    )  # fmt: skip
    del work.conflicts[key]
    if household:
        work.households[state.id] = rules.household_after(state, state.cell_id, entry)
    else:
        work.residents[state.id] = rules.resident_after(state, state.cell_id, entry)
    return entry.stream, entry.seq, {}


DECIDERS: dict[str, Callable[[Work, Act], Decided]] = {
    "household.add": add_household,
    "household.change": change_household,
    "household.close": close_household,
    "household.move": move_household,
    "resident.add": add_resident,
    "resident.change": change_resident,
    "resident.move": move_resident,
    "resident.leave": leave_resident,
    "resident.merge": merge_residents,
    "resident.unmerge": unmerge_resident,
    "conflict.settle": settle_conflict,
}
