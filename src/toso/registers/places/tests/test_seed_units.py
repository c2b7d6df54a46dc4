"""The seed: Sóc Trăng in September 2024 and the reorganisation of 1 July 2025."""

import time
from collections import Counter
from datetime import date

import pytest

from toso.registers.places import selectors, services
from toso.registers.places.types import Level

from .factories import AUTHOR, names, new_unit

pytestmark = pytest.mark.django_db
SEPTEMBER, DAY_BEFORE, MERGER = date(2024, 9, 30), date(2025, 6, 30), date(2025, 7, 1)


def levels(on: date) -> Counter[Level]:
    return Counter(unit.level for unit in selectors.tree(on).units)


def test_soc_trang_has_eleven_districts_and_108_communes_in_september_2024():
    ids = services.seed_soc_trang(author=AUTHOR)
    assert levels(SEPTEMBER) == {Level.PROVINCE: 1, Level.DISTRICT: 11, Level.COMMUNE: 108}
    assert levels(date(2024, 8, 31))[Level.COMMUNE] == 109
    assert len(ids) == 120
    assert all(selectors.unit_on(unit, SEPTEMBER) for unit in ids.values())
    long_phu = selectors.units(SEPTEMBER, parent=ids["946"])
    assert Counter(unit.kind for unit in long_phu) == {"Xã": 9, "Thị trấn": 2}
    assert names(selectors.successors(ids["31522"], date(2024, 8, 1))) == ["Phường 1", "Phường 9"]
    assert selectors.require_unit(ids["94"], SEPTEMBER).name("km") == "ខេត្តឃ្លាំង"


def test_the_merger_makes_43_communes_and_keeps_hamlets():
    ids = services.seed_soc_trang(author=AUTHOR)
    acts = [
        new_unit(Level.HAMLET, f"Số {i}", ids[unit.code])
        for unit in selectors.tree(SEPTEMBER).units
        if unit.level is Level.COMMUNE
        for i in range(7)
    ]
    services.create_units(acts=acts, author=AUTHOR)
    began = time.monotonic()
    new = services.seed_merger_2025(author=AUTHOR)
    assert time.monotonic() - began < 5
    assert levels(DAY_BEFORE) == {Level.PROVINCE: 1, Level.DISTRICT: 11, Level.COMMUNE: 108, Level.HAMLET: 756}
    assert levels(MERGER) == {Level.PROVINCE: 1, Level.COMMUNE: 43, Level.HAMLET: 756}
    before, after = selectors.tree(DAY_BEFORE), selectors.tree(MERGER)
    assert set(before.cells_of(0)) == set(after.cells_of(0))
    assert after.units[0].name() == "Thành phố Cần Thơ"
    assert after.units[0].coverage_of == 103
    assert {act.id for act in acts} < set(after.index)

    truong_khanh = selectors.successors(new["31654"], SEPTEMBER)
    assert names(truong_khanh) == ["Xã Hậu Thạnh", "Xã Phú Hữu", "Xã Trường Khánh"]
    expected = ["Xã Đại Ngãi", "Xã Long Phú", "Xã Nhơn Mỹ", "Xã Tân Thạnh", "Xã Trường Khánh"]
    assert names(selectors.successors(ids["946"], MERGER)) == expected
    assert names(selectors.successors(ids["94"], MERGER)) == ["Thành phố Cần Thơ"]
    for code in ("31537", "31603", "31795", "31810"):
        assert new[code] == ids[code]  # "Giữ nguyên"
    assert ids["31654"] != new["31654"]
    assert [view.decision for view in selectors.reorganisations()] == ["1106/NQ-UBTVQH15", "1668/NQ-UBTVQH15"]


def test_without_hamlets_successors_are_the_same():
    ids = services.seed_soc_trang(author=AUTHOR)
    services.seed_merger_2025(author=AUTHOR)
    expected = ["Xã Đại Ngãi", "Xã Long Phú", "Xã Nhơn Mỹ", "Xã Tân Thạnh", "Xã Trường Khánh"]
    assert names(selectors.successors(ids["946"], MERGER)) == expected
    assert names(selectors.successors(ids["94"], MERGER)) == ["Thành phố Cần Thơ"]
