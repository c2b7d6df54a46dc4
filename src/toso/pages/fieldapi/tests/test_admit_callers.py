"""Every endpoint × every kind of person: nobody outside the line of command reads or writes a byte of a cell."""

import re

import orjson
import pytest

from toso.kernel.ids import short
from toso.pages.fieldapi.access import Access
from toso.pages.fieldapi.registry import registry

from .client import code_of
from .world import World, make_world

pytestmark = pytest.mark.django_db
PEOPLE = (
    "unsigned", "revoked", "nobody", "trainer", "neighbour", "stranger", "member", "leader", "commune", "district", "province",
)  # fmt: skip
SERVING = {"member", "leader", "commune"}
ABOVE = SERVING | {"district", "province"}
YES = ""


@pytest.fixture
def world() -> World:
    return make_world()


def expected(name: str, person: str) -> set[str]:
    """The codes that a person may get from an endpoint about hamlet B; '' is an answer."""
    rule = {endpoint.view.__name__: endpoint.access for endpoint in registry.endpoints}[name]
    if rule is Access.OPEN:
        return {YES, "value_invalid"}
    if person == "unsigned":
        return {"unauthorised"}
    if person == "revoked" and rule is not Access.DEPOSIT:
        return {"device_revoked"}
    if name.startswith("cell_"):
        return {YES} if person in SERVING else {"stream_not_yours"}
    if name.startswith("unit_"):
        return {YES} if person in ABOVE else {"stream_not_yours"}
    if name.startswith("user_"):
        return {YES} if person == "member" else {"stream_not_yours"}
    if name == "figure":
        return {YES, "indicator_unknown"} if person in ABOVE else {"forbidden"}
    if name == "settle":
        return {"quarantine_unknown", "value_invalid"}
    return {YES, "value_invalid"}


def test_every_endpoint_for_every_person(world: World):
    ids = {"cells": world.cell, "units": world.hamlet, "users": world.users["member"], "quarantine": world.cell}
    for endpoint in registry.endpoints:
        address = re.sub(r"/(\w+)/\{\w+\}", lambda m: f"/{m[1]}/{short(ids[m[1]])}", endpoint.path)
        if endpoint.view.__name__ == "figure":
            address += f"?indicator=people&unit={short(world.hamlet)}"
        for person in PEOPLE:
            if endpoint.path.endswith("sign-out") and person != "unsigned":
                continue
            phone = world.phones[person]
            answer = phone.get(address) if endpoint.method == "GET" else phone.post(address, {"operations": []})
            allowed = expected(endpoint.view.__name__, person)
            assert code_of(answer) in allowed, (endpoint.method, address, person, answer.content)


def test_a_pushed_operation_for_a_neighbours_cell_never_takes_effect(world: World):
    before = orjson.loads(world.phones["neighbour"].get(f"/api/v1/cells/{short(world.other_cell)}/snapshot").content)
    operation = {
        "op_id": "AZM0Xh1AcAC0AAAAAAAAAA", "kind": "household.add", "cell": short(world.other_cell), "base_seq": 0,
        "made_at": "0192000000000000", "phone_at": 1727700000000, "data": {"id": "AZM0Xh1AcAC0AAAAAAAAAQ", "label": "x", "people": 3},
    }  # fmt: skip
    for person in ("revoked", "nobody", "stranger", "district", "province"):
        answer = orjson.loads(world.phones[person].post("/api/v1/operations", {"operations": [operation]}).content)
        assert answer["results"][0]["status"] == "refused"
    after = orjson.loads(world.phones["neighbour"].get(f"/api/v1/cells/{short(world.other_cell)}/snapshot").content)
    assert (after["head"], after["digest"]) == (before["head"], before["digest"])


def test_me_lists_cells_and_only_streams_that_may_be_pulled(world: World):
    for person in PEOPLE[2:]:
        me = orjson.loads(world.phones[person].get("/api/v1/me").content)
        cells = {cell["id"] for cell in me["cells"]}
        assert (short(world.cell) in cells) == (person in SERVING)
        assert all(cell["held"] for cell in me["cells"])
        assert {"common", f"user:{world.users[person]}"} <= set(me["streams"])
        for stream in me["streams"]:
            kind, _, key = stream.partition(":")
            path = f"{kind}s/{key}" if key else kind
            assert code_of(world.phones[person].get(f"/api/v1/{path}/snapshot")) == YES, (person, stream)
    member = orjson.loads(world.phones["member"].get("/api/v1/me").content)
    assert member["cells"][0]["name"] == "Ấp Trường Thành B"
    assert member["cells"][0]["commune"] == "Xã Trường Khánh"
    assert member["roles"] == [
        {
            "role": "member", "unit": {"id": short(world.hamlet), "code": "", "level": "hamlet", "name": "Ấp Trường Thành B"},
            "team": None, "starts": "2024-01-01", "ends": None,
        }
    ]  # fmt: skip


def test_units_are_open_to_whoever_signed_in(world: World):
    def names(query: str) -> list[str]:
        body = orjson.loads(world.phones["nobody"].get(f"/api/v1/units?boundaries=2024-09-30&{query}").content)
        return [item["name"] for item in body["items"]]

    assert names("level=commune") == ["Xã Đại Ân", "Xã Trường Khánh"]
    assert names(f"parent={short(world.commune)}") == ["Ấp Trường Thành A", "Ấp Trường Thành B"]
    assert names(f"parent={world.commune}") == ["Ấp Trường Thành A", "Ấp Trường Thành B"]
    assert names("code=31654") == ["Xã Trường Khánh"]
    assert names("q=truong+thanh") == ["Ấp Trường Thành A", "Ấp Trường Thành B"]
    assert names("level=hamlet&limit=1") != names("level=hamlet&limit=1&offset=1")
    more = orjson.loads(world.phones["nobody"].get("/api/v1/units?level=hamlet&limit=1").content)
    assert more["more"]


def test_refused_operations_are_seen_by_their_author_and_the_leader_only(world: World):
    bad = {"op_id": "AZM0Xh1AcAC0AAAAAAAAAA", "kind": "nonsense", "cell": short(world.cell)}
    refused = orjson.loads(world.phones["member"].post("/api/v1/operations", {"operations": [bad]}).content)["results"]
    assert refused[0]["status"] == "refused"
    for person in PEOPLE[2:]:
        items = orjson.loads(world.phones[person].get("/api/v1/quarantine").content)["items"]
        assert bool(items) <= (person in {"member", "leader", "commune"}), person
    own = orjson.loads(world.phones["member"].get("/api/v1/quarantine").content)["items"]
    assert own[0]["op_id"] == bad["op_id"]
    path = f"/api/v1/quarantine/{bad['op_id']}"
    assert code_of(world.phones["neighbour"].post(path, {"verdict": "discard", "reason": "x"})) == "quarantine_unknown"
    assert code_of(world.phones["member"].post(path, {"verdict": "release"})) == "forbidden"
    assert world.phones["member"].post(path, {"verdict": "discard", "reason": "ghi nhầm"}).status_code == 200
    assert code_of(world.phones["member"].post(path, {"verdict": "discard", "reason": "x"})) == "nothing_to_release"


def test_an_office_session_reads_units_but_is_no_device(world: World, client):
    from toso.engine.accounts import sessions
    from toso.engine.accounts.selectors import user
    from toso.kernel.clock import now_ms

    someone = user(world.users["commune"])
    assert someone is not None
    session = client.session
    sessions.begin(session, someone, now_ms())
    session.save()
    client.cookies["sessionid"] = session.session_key
    assert client.get("/api/v1/units").status_code == 200
    answer = client.get(f"/api/v1/figures?indicator=people&unit={short(world.hamlet)}")
    assert code_of(answer) in ("", "indicator_unknown")
    assert code_of(client.get("/api/v1/me")) == "unauthorised"
    assert code_of(client.post("/api/v1/operations", b"{}", content_type="application/json")) == "unauthorised"
    session["seen"] = 0
    session.save()
    assert code_of(client.get("/api/v1/units")) == "unauthorised"
