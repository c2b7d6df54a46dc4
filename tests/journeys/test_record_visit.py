"""A visit goes from a phone through the journal to another phone."""

from datetime import date

import pytest

from tests.helpers import world as scene
from tests.helpers.phone import Phone
from toso.engine.journal.types import cell_stream
from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> scene.World:
    return scene.build()


def household(label: str = "Hộ bà Sơn Thị Mẫu") -> dict[str, object]:
    return {"id": short(new_id()), "label": label, "people": 4, "zalo_news": True}


def test_a_visit_reaches_the_colleague(world: scene.World) -> None:
    phone, other = Phone(world.members[0]), Phone(world.members[1])
    cell = world.cells[0]
    home = household()
    phone.record("household.add", home, cell)
    resident = {"id": short(new_id()), "household": home["id"], "name": "Lý Thị Mẫu"}
    phone.record("resident.add", resident, cell)
    service = short(world.services["vneid"])
    visit = {
        "id": short(new_id()), "household": home["id"], "outcome": "met", "done_by": short(world.members[1]),
        "assists": [{"resident": resident["id"], "service": service, "stage": "installed", "result": "done"}],
    }  # fmt: skip
    phone.record("visit.record", visit, cell)
    results = phone.push()
    assert [result["status"] for result in results] == ["accepted"] * 3, results
    held = other.pull(cell_stream(cell))
    assert held.rows["households"][str(home["id"])][1] == "Hộ bà Sơn Thị Mẫu"
    assert next(iter(held.rows["progress"].values()))[1][service][0] == "installed"
    assert held.rows["calls"][str(home["id"])][2] == "met"
    assert other.mismatches == 0


def test_the_same_batch_twice_stands_once(world: scene.World) -> None:
    phone = Phone(world.members[0])
    phone.record("household.add", household(), world.cells[0])
    batch = phone.batch()
    from toso.engine.sync import services

    first = services.push(phone.identity, batch)
    second = services.push(phone.identity, batch)
    assert first[0]["status"] == "accepted"
    assert second[0]["status"] == "duplicate"
    assert second[0]["seq"] == first[0]["seq"]
    changed = [{**batch[0], "data": {**batch[0]["data"], "people": 5}}]
    assert services.push(phone.identity, changed)[0]["code"] == "op_id_reused"


def test_a_neighbour_reads_and_writes_nothing(world: scene.World) -> None:
    stranger = Phone(world.neighbour)
    with pytest.raises(Problem, match="stream_not_yours"):
        stranger.pull(cell_stream(world.cells[0]))
    stranger.record("household.add", household(), world.cells[0])
    assert stranger.push()[0]["code"] == "cell_not_yours"


def test_a_blocked_visit_waits_for_its_household(world: scene.World) -> None:
    stranger = Phone(world.neighbour)
    home = household()
    stranger.record("household.add", home, world.cells[0])
    stranger.record(
        "visit.record", {"id": short(new_id()), "household": home["id"], "outcome": "absent"}, world.cells[0]
    )
    results = stranger.push()
    assert results[0]["status"] == "refused"
    assert results[1]["status"] == "blocked_by"
    assert results[1]["op_id_blocking"] == results[0]["op_id"]


def test_a_reordered_visit_is_released_when_its_household_arrives(world: scene.World) -> None:
    phone = Phone(world.members[0])
    home = household()
    phone.record("visit.record", {"id": short(new_id()), "household": home["id"], "outcome": "absent"}, world.cells[0])
    refused = phone.push()
    assert refused[0]["code"] == "household_unknown"
    phone.record("household.add", home, world.cells[0], day=date(2024, 9, 1))
    phone.follow(world.cells[0])
    assert not phone.attention
    assert phone.streams[cell_stream(world.cells[0])].rows["calls"]
