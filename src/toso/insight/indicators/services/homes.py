"""Households in a batch: what they were before it, and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..rules import blocks, steps
from ..rules.blocks import Deltas
from ..rules.steps import Household
from ..selectors import subjects
from ..selectors.subjects import Key

ByCell = dict[bytes, dict[bytes, Household]]


@dataclass(slots=True)
class Homes:
    """Households that the batch touches.

    `made`: added by the batch itself. `dirty`: changed in a way that is read from the tables afterwards; their `old`
    state was captured before. All others were only called at: `calls` is the earliest day, `last` the last call that
    was known before (most calls come after it, and then nothing more needs to be read).
    """

    made: dict[Key, Household] = field(default_factory=dict)
    dirty: set[Key] = field(default_factory=set)
    old: dict[Key, Household] = field(default_factory=dict)
    calls: dict[Key, int] = field(default_factory=dict)
    last: dict[Key, int] = field(default_factory=dict)
    visits: set[bytes] = field(default_factory=set)
    _captured: set[Key] = field(default_factory=set)
    _asked: set[Key] = field(default_factory=set)

    def add(self, key: Key, home: Household) -> None:
        """A household that the batch adds."""
        if key in self._captured or key in self.made:
            self.dirty.add(key)
        else:
            self.made[key] = home

    def call(self, key: Key, day: int, visit: bytes) -> None:
        """A call at a household."""
        known = self.calls.get(key)
        if known is None or day < known:
            self.calls[key] = day
        self.visits.add(visit)

    def capture(self, keys: Iterable[Key]) -> None:
        """Read households that will change, and what is needed about those that are only called at."""
        new = [key for key in keys if key not in self._captured and key not in self.made]
        if new:
            self._captured.update(new)
            self.old.update(self._whole(new))
        called = [key for key in self.calls if key not in self._asked and key not in self.made]
        if called:
            self._asked.update(called)
            self.last.update(subjects.last_calls(called))

    def _whole(self, keys: list[Key]) -> dict[Key, Household]:
        found = subjects.households(keys)
        subjects.add_first_calls(found, keys, self.visits)
        return found

    def before(self, keys: Iterable[Key]) -> ByCell:
        """Dated facts of these households as they were before the batch; only of those captured or unchanged."""
        return self._by_cell(keys, self.old)

    def after(self, keys: Iterable[Key]) -> ByCell:
        """Dated facts of these households as they are after the fold."""
        return self._by_cell(keys, {})

    def _by_cell(self, keys: Iterable[Key], known: dict[Key, Household]) -> ByCell:
        wanted = set(keys)
        found = {key: known[key] for key in wanted if key in known}
        found.update(subjects.households([key for key in wanted if key not in found]))
        by_cell: ByCell = {}
        for key, home in found.items():
            by_cell.setdefault(key[0], {})[key[1]] = home
        return by_cell

    def settle(self, deltas: Deltas, leave: set[bytes]) -> None:
        """New minus old, but for the cells to be left alone."""
        redo = [key for key in self.dirty if key[0] not in leave]
        now = subjects.households(redo) if redo else {}
        if now:
            subjects.add_first_calls(now, list(now))
        for key in redo:
            if key in self.old:
                blocks.add(deltas, key[0], steps.household_steps(self.old[key]), -1)
            if key in now:
                blocks.add(deltas, key[0], steps.household_steps(now[key]))
        for key, home in self.made.items():
            if key not in self.dirty:
                blocks.add(deltas, key[0], steps.household_steps(replace(home, first_call=self.calls.get(key))))
        self._settle_calls(deltas, leave)

    def _settle_calls(self, deltas: Deltas, leave: set[bytes]) -> None:
        early = [
            key
            for key, day in self.calls.items()
            if key not in self.made
            and key not in self.dirty
            and key[0] not in leave
            and not self.last.get(key, day + 1) <= day
        ]
        for key, home in (self._whole(early) if early else {}).items():
            first = self.calls[key]
            if home.first_call is None or first < home.first_call:
                blocks.add(deltas, key[0], steps.visited_steps(home), -1)
                blocks.add(deltas, key[0], steps.visited_steps(replace(home, first_call=first)))
