"""Sealing: only this server opens it, and only as that operation."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_django import Settings

from toso.engine.accounts import sealing
from toso.kernel.ids import new_id


@pytest.fixture(autouse=True)
def _home(settings: Settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def test_what_is_sealed_is_opened():
    op = new_id()
    sealed = sealing.seal(op, b'{"kind":"visit.record"}', sealing.public_key_raw_b64())
    assert sealing.unseal(op, sealed) == b'{"kind":"visit.record"}'


def test_public_key_is_a_raw_point():
    text = sealing.public_key_raw_b64()
    point = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert len(point) == 65
    assert point[0] == 4


def test_key_is_made_once_with_mode_600(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: sealing.public_key_raw_b64(), range(16)))
    assert len(keys) == 1
    assert stat.S_IMODE(sealing.key_file().stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["seal.pem"]


@pytest.mark.parametrize("damage", ["other op", "cut", "flipped", "no point", "empty"])
def test_anything_else_is_a_value_error(damage):
    op = new_id()
    sealed = sealing.seal(op, b"{}", sealing.public_key_raw_b64())
    given = {
        "other op": sealed,
        "cut": sealed[:80],
        "flipped": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "no point": b"\x00" * 65 + sealed[65:],
        "empty": b"",
    }[damage]
    with pytest.raises(ValueError):
        sealing.unseal(new_id() if damage == "other op" else op, given)
