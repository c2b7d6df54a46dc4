"""Several phones, a server that fails, an office, moves, ends of term, splits and restores: nothing is lost.

500 schedules in the slow suite, 10,000 by `make soak` (TOSO_SCHEDULES).
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.helpers import world as scene
from tests.helpers.phone import Phone
from toso.engine.journal import checking, selectors
from toso.engine.journal.models import Entry
from toso.engine.journal.services import change_epochs, mark_durable
from toso.engine.journal.types import cell_stream, user_stream
from toso.engine.sync import services as sync
from toso.engine.sync.models import Quarantine
from toso.engine.sync.services import pull
from toso.engine.sync.types import office_header
from toso.insight.indicators import services as tallies
from toso.kernel.clock import frozen, now_ms, today
from toso.kernel.ids import new_id, parse_id, short
from toso.kernel.problems import Problem
from toso.registers.people import services as people
from toso.registers.people.models import Household, Resident
from toso.registers.places import services as places
from toso.registers.places.types import Reorganisation
from toso.registers.roles import selectors as roles_selectors
from toso.registers.roles.services import end_terms
from toso.registers.roles.types import EndTerm

YEAR_MS = 365 * 86_400_000
START_MS = 1_727_740_800_000
SCHEDULES = int(os.environ.get("TOSO_SCHEDULES", "10000"))
SHRINK = bool(os.environ.get("TOSO_SHRINK"))
OUTCOMES = st.sampled_from(["met", "absent", "come_back", "not_now"])
PICK = st.integers(0, 10_000)


class Killed(BaseException):
    """The server died between two statements."""


@contextmanager
def dying_after(statements: int) -> Iterator[None]:
    """The database connection fails after so many statements, as when the server is killed."""
    left = statements

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


class Schedule(RuleBasedStateMachine):
    """One random history. Every example runs in a transaction that is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.time = START_MS
        self.clock = frozen(self.time)
        self.clock.__enter__()
        self.backup: tuple[str, dict[str, int]] | None = None
        self.ever_acknowledged: dict[str, dict[str, Any]] = {}
        pull._stored_body.cache_clear()

    def teardown(self) -> None:
        try:
            if hasattr(self, "phones"):
                self.everybody_syncs()
        finally:
            self.clock.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    def pass_time(self, ms: int) -> None:
        self.clock.__exit__(None, None, None)
        self.time += ms
        self.clock = frozen(self.time)
        self.clock.__enter__()

    @initialize(skews=st.lists(st.sampled_from([0, 0, 90_000, -5 * YEAR_MS, 3 * YEAR_MS]), min_size=3, max_size=3))
    def open(self, skews: list[int]) -> None:
        self.world = scene.build(3)
        users = [self.world.members[0], self.world.members[1], self.world.official]
        self.phones = [Phone(user, skew_ms=skew) for user, skew in zip(users, skews, strict=True)]
        self.cells = list(self.world.cells[:2])
        self.rng = random.Random(7)
        for n in range(2):
            self.phones[0].record("household.add", self._household(n), self.cells[0])
        self.phones[0].push()
        for phone in self.phones:
            phone.pull(user_stream(phone.user))

    def _household(self, n: int) -> dict[str, Any]:
        return {"id": short(new_id()), "label": f"Hộ mẫu {n}", "people": 1 + n % 7, "zalo_news": n % 3 != 0}

    def _here(self, model: Any, pick: int) -> Any | None:
        rows = list(model.objects.filter(state="here").order_by("id").values_list("id", "cell_id"))
        return rows[pick % len(rows)] if rows else None

    # What phones record, knowing only what they hold.

    @rule(who=st.integers(0, 2), n=PICK)
    def add_household(self, who: int, n: int) -> None:
        self.phones[who].record("household.add", self._household(n), self.cells[0])

    @rule(
        who=st.integers(0, 2), pick=PICK, name=st.sampled_from(["people", "cluster", "zalo_news", "nickname"]), n=PICK
    )
    def change_household(self, who: int, pick: int, name: str, n: int) -> None:
        if found := self._here(Household, pick):
            value: Any = {"people": n % 9, "cluster": f"Tuyến {n % 3}", "zalo_news": n % 2 == 0, "nickname": f"x{n}"}[
                name
            ]
            self.phones[who].record("household.change", {"id": short(found[0]), "set": {name: value}}, found[1])

    @rule(who=st.integers(0, 2), pick=PICK, n=PICK)
    def add_resident(self, who: int, pick: int, n: int) -> None:
        if found := self._here(Household, pick):
            data = {"id": short(new_id()), "household": short(found[0]), "name": f"Người Mẫu {n}"}
            self.phones[who].record("resident.add", data, found[1])

    @rule(who=st.integers(0, 2), pick=PICK, outcome=OUTCOMES, back=st.integers(0, 40), n=PICK)
    def visit(self, who: int, pick: int, outcome: str, back: int, n: int) -> None:
        found = self._here(Household, pick)
        if found is None:
            return
        residents = list(Resident.objects.filter(household_id=found[0], state="here").values_list("id", flat=True))
        service = sorted(self.world.services.values())[n % 8]
        assists = [{"resident": short(r), "service": short(service), "stage": "told"} for r in residents[:2]]
        if outcome == "met" and n % 2:
            assists.append({"service": short(service), "stage": "told"})
        data = {"id": short(new_id()), "household": short(found[0]), "outcome": outcome,
                "assists": assists if outcome == "met" else []}  # fmt: skip
        self.phones[who].record("visit.record", data, found[1], day=today() - timedelta(days=back))

    @rule(who=st.integers(0, 2), pick=PICK, void=st.booleans())
    def set_right(self, who: int, pick: int, void: bool) -> None:
        from toso.records.visits.models import Visit

        rows = list(Visit.objects.order_by("id").values_list("id", "cell_id"))
        if not rows:
            return
        visit, cell = rows[pick % len(rows)]
        if void:
            self.phones[who].record("visit.void", {"id": short(visit)}, cell)
        else:
            self.phones[who].record("visit.correct", {"id": short(visit), "set": {"note": f"sửa {pick}"}}, cell)

    @rule(who=st.integers(0, 2), pick=PICK, n=st.integers(0, 40))
    def day_sheet(self, who: int, pick: int, n: int) -> None:
        service = sorted(self.world.services.values())[pick % 8]
        data = {"id": short(new_id()), "service": short(service), "count": n}
        self.phones[who].record("day_sheet.set", data, self.cells[0])

    @rule(who=st.integers(0, 2), pick=PICK)
    def leave(self, who: int, pick: int) -> None:
        if pick % 3 == 0 and (home := self._here(Household, pick)):
            self.phones[who].record("household.close", {"id": short(home[0]), "reason": "mistake"}, home[1])
        elif found := self._here(Resident, pick):
            self.phones[who].record("resident.leave", {"id": short(found[0]), "reason": "moved_away"}, found[1])

    @rule(pick=PICK, to=st.integers(0, 1))
    def move_household(self, pick: int, to: int) -> None:
        if found := self._here(Household, pick):
            data = {"id": short(found[0]), "to_cell": short(self.cells[to])}
            self.phones[2].record("household.move", data, found[1])

    @rule(pick=PICK, other=PICK, undo=st.booleans())
    def merge_residents(self, pick: int, other: int, undo: bool) -> None:
        one, two = self._here(Resident, pick), self._here(Resident, other)
        if one and two and undo:
            self.phones[2].record("resident.unmerge", {"id": short(one[0])}, one[1])
        elif one and two and one != two:
            self.phones[2].record("resident.merge", {"id": short(one[0]), "with": short(two[0])}, one[1])

    # The network and the server.

    @rule(who=st.integers(0, 2), lost=st.booleans(), twice=st.booleans(), shuffle=st.booleans())
    def push(self, who: int, lost: bool, twice: bool, shuffle: bool) -> None:
        phone = self.phones[who]
        batch = phone.batch()
        if shuffle:
            self.rng.shuffle(batch)
        if not batch:
            return
        answers = sync.push(phone.identity, batch)
        if twice:
            answers = sync.push(phone.identity, batch)
        if not lost:
            phone.answered(answers)

    @rule(who=st.integers(0, 2), statements=st.integers(0, 60))
    def push_into_a_dying_server(self, who: int, statements: int) -> None:
        phone = self.phones[who]
        batch = phone.batch()
        if not batch:
            return
        try:
            with transaction.atomic(), dying_after(statements):
                answers = sync.push(phone.identity, batch)
        except (Killed, Problem):
            return
        phone.answered(answers)

    @rule(who=st.integers(0, 2))
    def pull(self, who: int) -> None:
        for cell in self.cells:
            self._pull(self.phones[who], cell_stream(cell))

    def _pull(self, phone: Phone, stream: str) -> None:
        try:
            phone.pull(stream)
        except Problem as problem:
            if problem.code not in ("stream_not_yours", "stream_ended"):
                raise
            phone.streams.pop(stream, None)
        assert phone.mismatches == 0, "phone and server disagreed after a pull"

    @rule(days=st.integers(0, 9))
    def time_goes_on(self, days: int) -> None:
        self.pass_time(days * 86_400_000 + 61_000)

    # The office.

    @rule(pick=PICK)
    def end_a_term(self, pick: int) -> None:
        member = self.world.members[pick % 2]
        terms = [t for t in roles_selectors.terms_of([member])[member] if t.ends is None]
        if terms and pick % 5 == 0:
            end_terms(acts=[EndTerm(term_id=terms[0].id, ends=today())], author=scene.NOBODY)

    @rule(pick=PICK)
    def erase(self, pick: int) -> None:
        if pick % 4 == 0 and (found := self._here(Resident, pick)):
            people.erase_residents(header=office_header(self.world.official), residents=[found[0]])

    @rule(pick=PICK)
    def settle_quarantine(self, pick: int) -> None:
        rows = list(Quarantine.objects.filter(state="waiting").order_by("op_id").values_list("op_id", flat=True))
        if not rows:
            return
        verdict = "release" if pick % 2 else "discard"
        try:
            sync.decide_quarantine(self.phones[2].identity, rows[pick % len(rows)], verdict, "xem lại")
        except Problem as problem:
            if problem.code == "server_error":
                raise

    @rule(pick=PICK)
    def split_the_hamlet(self, pick: int) -> None:
        if len(self.cells) > 4 or pick % 6:
            return
        cell = self.cells[pick % len(self.cells)]
        act = _split_of(cell, pick)
        if act is None:
            return
        places.decide_reorganisation(acts=[act[0]], author=scene.NOBODY)
        self.cells.remove(cell)
        self.cells.extend(act[1])
        for phone in self.phones:
            phone.streams.pop(cell_stream(cell), None)

    @rule()
    def back_up(self) -> None:
        heads = {state.name: state.head for state in selectors.streams()}
        mark_durable(heads)
        self.backup = (transaction.savepoint(), heads)
        self.cells_at_backup = list(self.cells)

    @rule()
    def restore(self) -> None:
        if self.backup is None:
            return
        transaction.savepoint_rollback(self.backup[0])
        pull._stored_body.cache_clear()
        change_epochs()
        mark_durable(self.backup[1])
        self.cells = list(self.cells_at_backup)
        self.backup = None

    @invariant()
    def phones_keep_what_is_not_answered(self) -> None:
        for phone in getattr(self, "phones", ()):
            ids = [op["op_id"] for op in phone.outbox]
            assert len(ids) == len(set(ids))

    def everybody_syncs(self) -> None:
        """At the end: phones equal the server, tables equal the fold, every acknowledged operation stands once."""
        for _ in range(3):
            for phone in self.phones:
                for cell in self.cells:
                    phone.follow(cell)
        assert checking.differences() == []
        assert list(tallies.check_tallies()) == []
        for cell in self.cells:
            for phone in self.phones:
                self._pull(phone, cell_stream(cell))
        known = set()
        for phone in self.phones:
            assert phone.mismatches == 0
            known |= phone.acknowledged
            receipts = selectors.receipts([parse_id(op) for op in phone.acknowledged])
            for op_id in phone.acknowledged:
                receipt = receipts.get(parse_id(op_id))
                assert receipt is not None, f"{op_id} was acknowledged and is lost"
                assert receipt.verdict in ("accepted", "conflict")
                assert receipt.seq is not None
                entries = Entry.objects.filter(op_id=parse_id(op_id), stream__name=receipt.stream, seq=receipt.seq)
                assert entries.count() == 1
            for op_id in phone.attention:
                assert Quarantine.objects.filter(op_id=parse_id(op_id)).exists(), "a refusal waits in quarantine"
        assert now_ms() == self.time


def _split_of(cell: Any, pick: int) -> tuple[Reorganisation, list[Any]] | None:
    from tests.helpers.splitting import split_hamlet_of

    households = list(Household.objects.filter(cell_id=cell, state="here").order_by("id").values_list("id", flat=True))
    return split_hamlet_of(cell, households[: len(households) // 2 or 1], today()) if households else None


def run(schedules: int) -> None:
    run_state_machine_as_test(
        Schedule,
        settings=settings(
            max_examples=schedules, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck),
            database=None, phases=[p for p in Phase if p is not Phase.shrink or SHRINK],
        ),
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(2))
def test_phones_and_server_agree(part: int) -> None:
    run(20)


@pytest.mark.slow
@pytest.mark.django_db
def test_phones_and_server_agree_in_500_schedules() -> None:
    run(500)


@pytest.mark.soak
@pytest.mark.django_db
def test_phones_and_server_agree_for_very_long() -> None:
    run(SCHEDULES)
