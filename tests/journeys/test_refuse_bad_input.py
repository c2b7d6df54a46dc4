"""Every bad operation gets a code and a sentence in three languages; what can be kept is kept."""

import unicodedata
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers import world as scene
from tests.helpers.phone import Phone
from toso.engine.journal.types import cell_stream
from toso.engine.sync import services as sync
from toso.engine.sync.models import Quarantine
from toso.kernel import hlc
from toso.kernel.clock import frozen, now_ms, today
from toso.kernel.ids import new_id, parse_id, short
from toso.kernel.messages import LANGUAGES
from toso.records.visits.models import Visit
from toso.registers.people.models import Household
from toso.registers.roles import selectors as terms
from toso.registers.roles.services import end_terms
from toso.registers.roles.types import EndTerm

pytestmark = pytest.mark.django_db
YEAR = 365 * 86_400_000


@pytest.fixture
def world() -> scene.World:
    return scene.build()


@pytest.fixture
def phone(world: scene.World) -> Phone:
    phone = Phone(world.members[0])
    phone.record("household.add", home(), world.cells[0])
    phone.push()
    return phone


def home(**more: Any) -> dict[str, Any]:
    return {"id": short(new_id()), "label": "Hộ bà Kim Thị Mẫu", "people": 4, **more}


def of(world: scene.World) -> str:
    return short(Household.objects.get().id)


def bad_data(world: scene.World) -> dict[str, tuple[str, Any, str]]:
    household, service = of(world), short(world.services["vneid"])
    visit = {"id": short(new_id()), "household": household, "outcome": "met"}

    def assist(**more: Any) -> dict[str, Any]:
        return {**visit, "assists": [{"service": service, "stage": "told", **more}]}

    return {
        "no label": ("household.add", home(label="  "), "value_invalid"),
        "label too long": ("household.add", home(label="x" * 121), "text_too_long"),
        "head count": ("household.add", home(people=-1), "head_count_invalid"),
        "head count of text": ("household.add", home(people="4"), "value_invalid"),
        "language": ("household.add", home(lang_listen="fr"), "value_invalid"),
        "bad id": ("household.add", home(id="zzz"), "value_invalid"),
        "too much unknown": ("household.add", home(later="x" * 3000), "text_too_long"),
        "empty change": ("household.change", {"id": household, "set": {}}, "value_invalid"),
        "unknown household": ("visit.record", {**visit, "household": short(new_id())}, "household_unknown"),
        "unknown resident": ("visit.record", assist(resident=short(new_id())), "resident_unknown"),
        "unknown service": ("visit.record", assist(service=short(new_id())), "service_unknown"),
        "unknown stage": ("visit.record", assist(stage="flying"), "stage_unknown"),
        "unknown colleague": ("visit.record", {**visit, "done_by": short(new_id())}, "member_unknown"),
        "outcome": ("visit.record", {**visit, "outcome": "asleep"}, "value_invalid"),
        "note": ("visit.record", {**visit, "note": "x" * 281}, "text_too_long"),
        "day": ("visit.record", {**visit, "follow_up_on": "31/12/2024"}, "value_invalid"),
        "unknown visit": ("visit.void", {"id": short(new_id())}, "visit_unknown"),
        "unknown kind": ("household.fly", {"id": household}, "operation_kind_unknown"),
        "not a leader": ("conflict.settle", {"id": household, "keep": "lost"}, "value_invalid"),
    }


def test_each_bad_content_has_its_code_and_its_sentences(world: scene.World, phone: Phone) -> None:
    for name, (kind, data, code) in bad_data(world).items():
        op = phone.record(kind, data, world.cells[0])
        for lang in LANGUAGES:
            answer = sync.push(phone.identity, phone.batch(), lang)[0]
            assert answer["status"] == "refused", (name, answer)
            assert answer["code"] == code, (name, answer)
            assert answer["title"].endswith((".", "។")), (name, lang, answer["title"])
            assert answer["detail"], (name, lang)
        assert Quarantine.objects.filter(state="waiting", code=code).exists(), name
        phone.outbox.remove(op)


def test_broken_envelopes_are_kept_and_answered(world: scene.World, phone: Phone) -> None:
    good = phone.record("household.add", home(), world.cells[0])
    broken: list[Any] = [
        "text", 7, None, [], {}, {"op_id": 5}, {"op_id": "short"}, {"op_id": short(new_id())},
        {**good, "op_id": short(new_id()), "made_at": "yesterday"}, {**good, "op_id": short(new_id()), "phone_at": "now"},
        {**good, "op_id": short(new_id()), "data": []}, {**good, "op_id": short(new_id()), "day": "1/1/2024"},
        {**good, "op_id": short(new_id()), "day": (today() + timedelta(days=1)).isoformat()},
        {"op_id": short(new_id()), "sealed": "AAAA"}, {"op_id": short(new_id()), "sealed": 5},
        {**good, "op_id": short(new_id()), "replaces": "?"}, {**good, "op_id": short(new_id()), "base_seq": -5, "cell": 3},
        {**good, "op_id": short(new_id()), "data": {"id": 1.5}},
    ]  # fmt: skip
    answers = sync.push(phone.identity, [*broken, good])
    assert [answer["status"] for answer in answers] == ["refused"] * len(broken) + ["accepted"]
    again = sync.push(phone.identity, [*broken, good])
    assert [answer["status"] for answer in again] == ["refused"] * len(broken) + ["duplicate"]
    assert Quarantine.objects.count() == len({orjson.dumps(op) for op in broken})


@pytest.mark.parametrize("skew", [-60 * YEAR, -5 * YEAR, 5 * YEAR, 200 * YEAR])
def test_clocks_wrong_by_years_fix_no_wrong_day(world: scene.World, skew: int) -> None:
    phone = Phone(world.members[0], skew_ms=skew)
    phone.pull(cell_stream(world.cells[0]))
    phone.offset_ms = None
    data = home()
    phone.record("household.add", data, world.cells[0])
    phone.record("visit.record", {"id": short(new_id()), "household": data["id"], "outcome": "absent"}, world.cells[0])
    assert {answer["status"] for answer in phone.push()} == {"accepted"}
    assert Visit.objects.get().on == today()


def test_a_clock_from_the_future_does_not_win_for_ever(world: scene.World, phone: Phone) -> None:
    ahead = Phone(world.members[1], skew_ms=5 * YEAR)
    household = of(world)
    ahead.record("household.change", {"id": household, "set": {"people": 9}}, world.cells[0])
    ahead.push()
    with frozen(now_ms() + 60_000):
        phone.pull(cell_stream(world.cells[0]))
        phone.record("household.change", {"id": household, "set": {"people": 5}}, world.cells[0])
        assert phone.push()[0]["status"] == "accepted"
    assert Household.objects.get().people == 5


def test_text_in_the_other_normal_form_is_stored_in_one(world: scene.World, phone: Phone) -> None:
    label = unicodedata.normalize("NFD", "Hộ ông Thạch Đường")
    phone.record("household.change", {"id": of(world), "set": {"label": label}}, world.cells[0])
    phone.push()
    assert Household.objects.get().label == "Hộ ông Thạch Đường"


def test_unknown_fields_of_newer_phones_are_kept(world: scene.World, phone: Phone) -> None:
    phone.record("household.add", home(wifi="yếu", id=(key := short(new_id()))), world.cells[0])
    phone.record("household.change", {"id": key, "set": {"boat": True}}, world.cells[0])
    assert {answer["status"] for answer in phone.push()} == {"accepted"}
    row = phone.pull(cell_stream(world.cells[0])).rows["households"][key]
    assert row[-1] == {"wifi": "yếu", "boat": True}


def test_two_members_who_have_not_seen_each_other_make_a_conflict(world: scene.World, phone: Phone) -> None:
    other, leader = Phone(world.members[1]), Phone(world.leader)
    cell, household = world.cells[0], of(world)
    for one in (phone, other):
        one.pull(cell_stream(cell))
    phone.record("household.change", {"id": household, "set": {"people": 5, "cluster": "Kênh A"}}, cell)
    other.record("household.change", {"id": household, "set": {"people": 6, "zalo_news": True}}, cell)
    assert phone.push()[0]["status"] == "accepted"
    answer = other.push()[0]
    held = leader.pull(cell_stream(cell))
    (conflict,) = held.rows["conflicts"].values()
    assert {conflict[4], conflict[6]} == {5, 6}
    row = held.rows["households"][household]
    assert row[3:5] == ["Kênh A", True], "different fields are a parallel update, no conflict"
    assert answer["status"] in ("accepted", "conflict")
    leader.record("conflict.settle", {"id": conflict[0], "keep": "lost"}, cell)
    assert leader.push()[0]["status"] == "accepted"
    held = leader.pull(cell_stream(cell))
    assert not held.rows["conflicts"]
    assert held.rows["households"][household][2] == conflict[6]


def test_after_the_end_of_a_term_earlier_work_still_comes_in(world: scene.World, phone: Phone) -> None:
    cell = world.cells[0]
    phone.pull(cell_stream(cell))
    visit = {"id": short(new_id()), "household": of(world), "outcome": "absent"}
    phone.record("visit.record", visit, cell, day=today() - timedelta(days=2))
    (term,) = terms.terms_of([phone.user])[phone.user]
    end_terms(acts=[EndTerm(term_id=term.id, ends=today())], author=scene.NOBODY)
    assert phone.push()[0]["status"] == "accepted"
    late = {"id": short(new_id()), "household": of(world), "outcome": "absent"}
    phone.record("visit.record", late, cell)
    assert phone.push()[0]["code"] == "term_ended"
    with frozen(now_ms() + 31 * 86_400_000):
        phone.record("visit.record", {**late, "id": short(new_id())}, cell, day=today() - timedelta(days=35))
        assert phone.push()[0]["code"] == "arrived_too_late"


def test_a_revoked_device_may_deposit_and_the_leader_release(world: scene.World, phone: Phone) -> None:
    phone.revoked = True
    op = phone.record("household.add", home(), world.cells[0])
    answer = phone.push()[0]
    assert answer["code"] == "device_revoked"
    leader = Phone(world.leader)
    waiting = sync.quarantine_for(leader.identity)
    assert [row["op_id"] for row in waiting] == [op["op_id"]]
    done = sync.decide_quarantine(leader.identity, parse_id(op["op_id"]), "release", "máy cũ")
    assert done["status"] == "released"
    assert Household.objects.count() == 2
    phone.revoked = False
    phone.outbox = [op]
    assert phone.push()[0]["status"] == "duplicate"


def test_nobody_moves_a_household_into_a_hamlet_that_is_not_his(world: scene.World, phone: Phone) -> None:
    household = of(world)
    data = {"id": household, "to_cell": short(world.cells[1])}
    op = phone.record("household.move", data, world.cells[0])
    assert phone.push()[0]["code"] == "cell_not_yours"
    official = Phone(world.official)
    assert (
        sync.decide_quarantine(official.identity, parse_id(op["op_id"]), "release", "đã chuyển")["status"] == "released"
    )
    assert household not in phone.pull(cell_stream(world.cells[0])).rows.get("households", {})
    assert household in Phone(world.neighbour).pull(cell_stream(world.cells[1])).rows["households"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KINDS = st.sampled_from(
    ["household.add", "household.change", "visit.record", "visit.correct", "resident.merge", "day_sheet.set", "x"]
)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(data=JSON, kind=KINDS, made=st.text(max_size=20))
def test_no_content_breaks_the_server(data: Any, kind: str, made: str) -> None:
    phone = Phone(new_id())
    op = {"op_id": short(new_id()), "kind": kind, "made_at": made or hlc.encode(1 << 20), "phone_at": 1, "data": data}
    answer = sync.push(phone.identity, [op])[0]
    assert answer["status"] == "refused"
    assert answer["code"] != "server_error"
