"""A backup is restored while phones are ahead of it: they offer again what the server has lost, and nothing stands twice."""

from pathlib import Path

import pytest

from tests.helpers import world as scene
from tests.helpers.phone import Phone
from toso.engine.journal import archive, checking, selectors
from toso.engine.journal.types import cell_stream, user_stream
from toso.engine.sync.services import pull
from toso.kernel.ids import new_id, parse_id, short
from toso.registers.people.models import Household

pytestmark = pytest.mark.django_db(transaction=True)


def added(phone: Phone, world: scene.World, label: str) -> str:
    home = short(new_id())
    phone.record("household.add", {"id": home, "label": label, "people": 3}, world.cells[0])
    return home


def test_phones_ahead_of_a_restored_server_bring_it_up(tmp_path: Path) -> None:
    world = scene.build()
    cell = cell_stream(world.cells[0])
    phone, colleague = Phone(world.members[0]), Phone(world.members[1])
    phone.pull(user_stream(phone.user))
    kept = added(phone, world, "Hộ trước khi sao lưu")
    phone.follow(world.cells[0])
    key = archive.key_from(tmp_path / "key", make=True)
    summary = archive.write(tmp_path / "one.backup", key)
    assert summary.rows > 20
    phone.pull(cell)
    assert phone.streams[cell].durable_seq == 1, "a verified backup makes what it holds durable"

    lost = added(phone, world, "Hộ sau khi sao lưu")
    phone.follow(world.cells[0])
    epoch = phone.streams[cell].epoch
    assert Household.objects.count() == 2

    archive.restore(tmp_path / "one.backup", key)
    pull._stored_body.cache_clear()
    assert Household.objects.count() == 1
    assert selectors.receipts([parse_id(kept)]) == {}

    phone.follow(world.cells[0])
    phone.follow(world.cells[0])
    assert phone.streams[cell].epoch != epoch
    assert {short(key) for key in Household.objects.values_list("id", flat=True)} == {kept, lost}
    assert set(colleague.pull(cell).rows["households"]) == {kept, lost}
    assert checking.gaps() == []
    assert checking.differences() == []


def test_a_damaged_or_cut_backup_is_refused(tmp_path: Path) -> None:
    scene.build()
    key = archive.key_from(tmp_path / "key", make=True)
    archive.write(tmp_path / "one.backup", key)
    whole = (tmp_path / "one.backup").read_bytes()
    for name, content in (
        ("cut", whole[:-40]),
        ("changed", whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]),
        ("other", b"hello"),
        ("no end", whole[:16]),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(archive.Damaged):
            archive.verify(tmp_path / name, key)
    other = archive.key_from(tmp_path / "other key", make=True)
    with pytest.raises(archive.Damaged):
        archive.restore(tmp_path / "one.backup", other)
    assert archive.holds_data(), "a refused restore changes nothing"
