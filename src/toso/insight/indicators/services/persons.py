"""Residents in a batch: what they were before it, and what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..rules import blocks, steps
from ..rules.blocks import Deltas
from ..rules.steps import Assist, Household, Resident
from ..selectors import subjects
from ..selectors.subjects import Groups, Key, Stages
from .homes import ByCell, Homes

Given = dict[bytes, list[Assist]]


@dataclass(slots=True)
class Persons:
    """Residents, with their aliases, that the batch touches.

    `made`: named by the batch itself. `dirty`: changed in a way that is read from the tables afterwards; all their
    assists were read before. All others were only helped: of them the stages are known (`stages`), and when an assist
    is the latest of its service and not the first of all, that is enough to know what it changes.
    """

    homes: Homes
    groups: Groups = field(default_factory=Groups)
    made: set[Key] = field(default_factory=set)
    dirty: set[Key] = field(default_factory=set)
    helped: dict[Key, Given] = field(default_factory=dict)
    stages: dict[Key, Stages] = field(default_factory=dict)
    operations: set[bytes] = field(default_factory=set)
    _whole: set[Key] = field(default_factory=set)
    _asked: set[Key] = field(default_factory=set)

    def add(self, key: Key, stay: tuple[bytes, int, int]) -> None:
        """A resident that the batch names."""
        if key in self.groups.root_of or key in self._asked:
            self.dirty.add(key)
            return
        self.made.add(key)
        self._whole.add(key)
        self.groups.root_of[key] = key
        self.groups.by_root[key] = Resident([stay], {}, frozenset((key[1],)))

    def help(self, key: Key, service: bytes, assist: Assist) -> None:
        """An assist that a recorded visit gives."""
        given = self.helped.get(key)
        if given is None:
            self.helped[key] = {service: [assist]}
        else:
            given.setdefault(service, []).append(assist)
        self.operations.add(assist[1])

    def capture(self, keys: Iterable[Key]) -> None:
        """Read everybody who is new to the batch; all assists of those that will change."""
        root_of = self.groups.root_of
        new = [key for key in keys if key not in root_of and key not in self._asked]
        if new:
            # Whoever is not in the tables when he is first asked for was not there before this batch.
            self._asked.update(new)
            self._keep(subjects.groups(new))
            self.dirty.update(key for key in new if key not in root_of)
        dirty = {root_of[key] for key in self.dirty if key in root_of}
        self._complete([root for root in dirty if root not in self._whole])
        homes = {(root[0], stay[0]) for root in dirty for stay in self.groups.by_root[root].stays}
        self.homes.capture(homes)
        known = [root_of[key] for key in new if key in root_of]
        lighter = [root for root in dict.fromkeys(known) if root not in self._whole]
        if lighter:
            self.stages.update(subjects.stages_known(lighter))

    def _keep(self, found: Groups) -> None:
        for key, root in found.root_of.items():
            self.groups.root_of.setdefault(key, root)
        for root, person in found.by_root.items():
            self.groups.by_root.setdefault(root, person)

    def _complete(self, roots: Sequence[Key]) -> None:
        """Read all assists of these groups, without those that this batch has added."""
        if not roots:
            return
        self._whole.update(roots)
        own = {root: self.groups.by_root[root] for root in roots}
        members = {(root[0], member): root for root, person in own.items() for member in person.members}
        subjects.add_assists(Groups(own, members), list(members), self.operations)

    def settle(self, deltas: Deltas, guiding: frozenset[bytes], leave: set[bytes]) -> None:
        """New minus old, but for the cells to be left alone."""
        root_of = self.groups.root_of
        dirty = {key for key in self.dirty if key[0] not in leave}
        roots = {root_of[key] for key in dirty if key in root_of}
        if dirty:
            self._redo(deltas, guiding, roots, dirty)
        helped: dict[Key, Given] = {}
        for key, given in self.helped.items():
            root = root_of.get(key)
            if root is None or root in roots or root[0] in leave:
                continue
            helped[root] = _together(helped[root], given) if root in helped else given
        harder = [root for root, given in helped.items() if not self._settle_light(deltas, guiding, root, given)]
        self._complete([root for root in harder if root not in self._whole])
        homes = self._homes_of(harder)
        for root in harder:
            _compare(deltas, guiding, root[0], self.groups.by_root[root], helped[root], homes.get(root[0], {}))

    def _homes_of(self, roots: Iterable[Key]) -> ByCell:
        keys = {(root[0], stay[0]) for root in roots for stay in self.groups.by_root[root].stays}
        return self.homes.before(keys) if keys else {}

    def _redo(self, deltas: Deltas, guiding: frozenset[bytes], roots: set[Key], keys: set[Key]) -> None:
        """Take out the old steps of these groups, put in those of the groups that their members are in now."""
        by_root = self.groups.by_root
        old = [root for root in roots if root not in self.made and by_root[root].assists]
        homes = self._homes_of(old)
        for root in old:
            blocks.add(deltas, root[0], steps.resident_steps(by_root[root], guiding, homes.get(root[0], {})), -1)
        members = {(root[0], member) for root in roots for member in by_root[root].members}
        now = subjects.residents(list(keys | members))
        helped = {root: person for root, person in now.by_root.items() if person.assists}
        homes = self.homes.after({(root[0], stay[0]) for root, person in helped.items() for stay in person.stays})
        for root, person in helped.items():
            blocks.add(deltas, root[0], steps.resident_steps(person, guiding, homes.get(root[0], {})))

    def _settle_light(self, deltas: Deltas, guiding: frozenset[bytes], root: Key, given: Given) -> bool:
        """Settle by the known stages alone, if they tell enough: True when done."""
        known = self.stages.get(root)
        if not known or root in self._whole:
            return False
        first = subjects.iso(min(own[0][0] for own in given.values()))
        if all(day > first for _, day in known.values()):
            return False
        latest = []
        starts: int | None = None
        for service, own in given.items():
            before = known.get(subjects.short_service(service))
            if len(own) > 1 or (before is not None and before[1] >= subjects.iso(own[0][0])):
                return False
            if service in guiding and (starts is None or own[0][0] < starts):
                starts = own[0][0]
            latest.append((service, before[0] if before else None, own[0]))
        person, cell = self.groups.by_root[root], root[0]
        if starts is not None:
            days = [known[text][1] for text in map(subjects.short_service, guiding) if text in known]
            if days and min(days) > subjects.iso(starts):
                return False
            if not days:
                blocks.add(deltas, cell, steps.guided_steps(person, starts))
        for service, stage, assist in latest:
            blocks.add(deltas, cell, steps.later_stage_steps(person, service, stage, assist))
        return True


def _together(one: Given, other: Given) -> Given:
    """What two records of one person were given."""
    return {service: [*one.get(service, ()), *other.get(service, ())] for service in {**one, **other}}


def _compare(
    deltas: Deltas,
    guiding: frozenset[bytes],
    cell: bytes,
    old: Resident,
    given: Given,
    homes: Mapping[bytes, Household],
) -> None:
    """Assists were added and nothing else happened to this person: only what they can change is compared."""
    first = min(own[0] for assists in given.values() for own in assists)
    known = steps.first_assist(old)
    if known is None or first < known:
        blocks.add(deltas, cell, steps.participant_steps(old, known, homes), -1)
        blocks.add(deltas, cell, steps.participant_steps(old, first, homes))
    guided = min((a[0] for service, own in given.items() if service in guiding for a in own), default=None)
    if guided is not None:
        known = steps.first_assist(old, guiding)
        if known is None or guided < known:
            blocks.add(deltas, cell, steps.guided_steps(old, known), -1)
            blocks.add(deltas, cell, steps.guided_steps(old, guided))
    for service, own in given.items():
        before = old.assists.get(service)
        if before:
            blocks.add(deltas, cell, steps.stage_steps(old, service, before), -1)
            own = [*before, *own]
        blocks.add(deltas, cell, steps.stage_steps(old, service, own))
