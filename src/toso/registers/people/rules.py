"""Pure decisions: what fields may hold, how fields merge, and how an entry changes a household or a resident.

`household_after` and `resident_after` are the fold itself; services use them on working copies, so that deciding and
folding cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from toso.engine.journal.types import Entry
from toso.kernel.ids import parse_id, short
from toso.kernel.problems import Problem
from toso.kernel.text import fold, nfc

HOUSEHOLD_FIELDS = ("label", "people", "cluster", "zalo_news", "lang_screen", "lang_listen", "lang_read")
RESIDENT_FIELDS = ("name", "birth_year")
DATED_FIELDS = ("people", "zalo_news")
LIMITS = {"label": 120, "cluster": 80, "name": 120}
PEOPLE_MAX = 60
EXTRA_LIMIT = 2000
# The residue of an erased resident goes where the household goes, so that counts stay.
PRESENT = ("here", "residue")

Clock = list[Any]


@dataclass(slots=True)
class HouseholdState:
    """A household's row in one cell."""

    cell_id: UUID
    id: UUID
    label: str
    people: int
    cluster: str = ""
    zalo_news: bool | None = None
    lang_screen: str | None = None
    lang_listen: str | None = None
    lang_read: str | None = None
    state: str = "here"
    extra: dict[str, Any] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    history: dict[str, list[list[Any]]] = field(default_factory=dict)
    stays: list[list[str | None]] = field(default_factory=list)


@dataclass(slots=True)
class ResidentState:
    """A resident's row in one cell."""

    cell_id: UUID
    id: UUID
    household_id: UUID
    name: str
    birth_year: int | None = None
    alias_of: UUID | None = None
    state: str = "here"
    extra: dict[str, Any] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    stays: list[list[Any]] = field(default_factory=list)


def checked(name: str, value: Any) -> Any:
    """A field's value in normal form. Raises Problem value_invalid, text_too_long, head_count_invalid."""
    if name in LIMITS:
        if not isinstance(value, str):
            raise Problem("value_invalid", field=name)
        text = nfc(value)
        if not text and name != "cluster":
            raise Problem("value_invalid", field=name)
        if len(text) > LIMITS[name]:
            raise Problem("text_too_long", field=name, limit=LIMITS[name])
        return text
    if name == "people":
        if type(value) is not int or not 0 <= value <= PEOPLE_MAX:
            raise Problem("head_count_invalid", limit=PEOPLE_MAX)
        return value
    if name == "birth_year":
        if value is not None and (type(value) is not int or not 1900 <= value <= 2100):
            raise Problem("value_invalid", field=name)
        return value
    if name == "zalo_news":
        if value is not None and type(value) is not bool:
            raise Problem("value_invalid", field=name)
        return value
    if name.startswith("lang_"):
        if value not in (None, "vi", "km"):
            raise Problem("value_invalid", field=name)
        return value
    return value


@dataclass(frozen=True, slots=True)
class Write:
    """One write to one field: who, when by his clock, and what he had seen."""

    made_at: int
    base_seq: int
    author: str


def wins(write: Write, clock: Clock | None) -> bool:
    """Whether a write takes effect over the write that stands (`clock`: [made_at, seq, author]).

    Who has seen the standing write always wins over it; one's own older write never does; else the later clock wins.
    """
    if clock is None:
        return True
    made_at, seq, author = clock
    if write.author == author:
        return write.made_at >= int(made_at)
    if write.base_seq >= int(seq):
        return True
    return (write.made_at, write.author) > (int(made_at), str(author))


def unseen(write: Write, clock: Clock | None) -> bool:
    """Whether two different authors wrote without knowing of each other."""
    return clock is not None and write.author != clock[2] and write.base_seq < int(clock[1])


def conflict_id(op_id: UUID, name: str) -> UUID:
    """The id of the conflict that an operation found in a field."""
    return uuid5(op_id, name)


def _dated(history: dict[str, list[list[Any]]], name: str, day: str, value: Any) -> None:
    # A later value never stands before the one it replaces, however late its day was told.
    steps = history.setdefault(name, [])
    day = max(day, steps[-1][0]) if steps else day
    if steps and steps[-1][0] == day:
        steps[-1] = [day, value]
    else:
        steps.append([day, value])


def _set(
    state: HouseholdState | ResidentState, entry: Entry, values: Mapping[str, Any], known: tuple[str, ...]
) -> None:
    author = str(entry.device_id or entry.author_id or "")
    for name, value in values.items():
        if name in known:
            setattr(state, name, value)
        else:
            state.extra[name] = value
        state.clocks[name] = [entry.made_at, entry.seq, author]
        if isinstance(state, HouseholdState) and name in DATED_FIELDS:
            _dated(state.history, name, entry.happened_on.isoformat(), value)


def _close(stays: list[list[Any]], day: str) -> None:
    if stays and stays[-1][-1] is None:
        stays[-1][-1] = max(day, stays[-1][-2])


def household_after(state: HouseholdState | None, cell_id: UUID, entry: Entry) -> HouseholdState:
    """The household after an entry of its cell's stream."""
    data, day = entry.data, entry.happened_on.isoformat()
    kind = entry.kind
    if kind == "household.added":
        values = {name: data[name] for name in HOUSEHOLD_FIELDS}
        made = HouseholdState(
            cell_id, entry.record_id, **values, extra=dict(data.get("extra", {})), stays=[[day, None]]
        )
        for name in DATED_FIELDS:
            made.history[name] = [[day, values[name]]]
        author = str(entry.device_id or entry.author_id or "")
        made.clocks = {"": [entry.made_at, entry.seq, author]}
        return made
    if kind == "household.moved_in":
        stays = (state.stays if state else []) + [[day, None]]
        full = data["household"]
        made = HouseholdState(
            cell_id, entry.record_id, **{name: full[name] for name in HOUSEHOLD_FIELDS}, extra=dict(full["extra"]),
            history={name: [list(step) for step in steps] for name, steps in full["history"].items()}, stays=stays,
        )  # fmt: skip
        # Numbers of another stream mean nothing here: what came along counts as written by this entry.
        made.clocks = {"": [entry.made_at, entry.seq, str(entry.device_id or entry.author_id or "")]}
        return made
    if state is None:
        raise LookupError(f"household {entry.record_id} is not in cell {cell_id}")
    if kind == "household.changed":
        _set(state, entry, data["set"], HOUSEHOLD_FIELDS)
    elif kind in ("household.closed", "household.moved_out"):
        state.state = "moved" if kind == "household.moved_out" else "closed"
        if data.get("reason") == "mistake":
            state.stays = []
        _close(state.stays, day)
    return state


def clock_of(state: HouseholdState | ResidentState, name: str) -> Clock | None:
    """The clock of the write that stands in a field."""
    return state.clocks.get(name) or state.clocks.get("")


def resident_after(state: ResidentState | None, cell_id: UUID, entry: Entry) -> ResidentState:
    """The resident after an entry of its cell's stream."""
    data, day = entry.data, entry.happened_on.isoformat()
    kind = entry.kind
    author = str(entry.device_id or entry.author_id or "")
    if kind == "resident.added":
        household = parse_id(data["household"])
        return ResidentState(
            cell_id, entry.record_id, household, data["name"], data["birth_year"], extra=dict(data.get("extra", {})),
            clocks={"": [entry.made_at, entry.seq, author]}, stays=[[data["household"], day, None]],
        )  # fmt: skip
    if state is None:
        raise LookupError(f"resident {entry.record_id} is not in cell {cell_id}")
    if kind == "resident.changed":
        _set(state, entry, data["set"], RESIDENT_FIELDS)
    elif kind == "resident.moved":
        _close(state.stays, day)
        state.household_id = parse_id(data["to_household"])
        state.stays.append([data["to_household"], max(day, state.stays[-1][1]) if state.stays else day, None])
    elif kind == "resident.left":
        state.state = "left"
        if data.get("reason") == "mistake":
            state.stays = []
        _close(state.stays, day)
    elif kind == "resident.merged":
        state.alias_of = parse_id(data["into"])
    elif kind == "resident.unmerged":
        state.alias_of = None
    return state


def resident_moved_in(
    state: ResidentState | None, cell_id: UUID, entry: Entry, household: UUID, full: Mapping[str, Any]
) -> ResidentState:
    """A resident that came along with a household from another cell."""
    day = entry.happened_on.isoformat()
    stays = (state.stays if state else []) + ([[short(household), day, None]] if full["present"] else [])
    return ResidentState(
        cell_id, parse_id(full["id"]), household, full["name"], full["birth_year"],
        parse_id(full["alias_of"]) if full["alias_of"] else None, full["state"], dict(full["extra"]),
        {"": [entry.made_at, entry.seq, str(entry.device_id or entry.author_id or "")]}, stays,
    )  # fmt: skip


def resident_gone(state: ResidentState, entry: Entry) -> ResidentState:
    """A resident whose household moved out of the cell or was closed."""
    if state.state not in PRESENT:
        return state
    mistake = entry.data.get("reason") == "mistake"
    stays = [] if mistake else [list(stay) for stay in state.stays]
    _close(stays, entry.happened_on.isoformat())
    gone = "moved" if entry.kind == "household.moved_out" else "left"
    return replace(state, state=gone if state.state == "here" else state.state, stays=stays)


def folded_label(text: str) -> str:
    """The searchable form, cut to the column."""
    return fold(text)[:160]


def in_stay(stays: list[list[Any]], day: date) -> bool:
    """Whether a day lies in one of these stays (from the day of coming, before the day of leaving)."""
    text = day.isoformat()
    return any(stay[-2] <= text and (stay[-1] is None or text < stay[-1]) for stay in stays)
