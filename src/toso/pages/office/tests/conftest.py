"""A small province with a merger, an official at each level, and readings that need no tallies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from toso.engine.accounts.tests.factories import PASSWORD, make_user
from toso.engine.journal.types import Author
from toso.pages.office import figures
from toso.pages.office.types import Reading
from toso.registers.places import selectors as places
from toso.registers.places import services
from toso.registers.places.types import End, Level, Merge, NewUnit, Reorganisation
from toso.registers.roles.services import start_terms
from toso.registers.roles.types import Role, StartTerm

OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)
SYSTEM = Author(None)


@dataclass(frozen=True)
class World:
    """Units before and after the merger, and users by role."""

    province: UUID
    district: UUID
    one: UUID
    two: UUID
    merged: UUID
    hamlets: dict[str, UUID]
    users: dict[str, UUID]


@pytest.fixture(autouse=True)
def _cheap_hasher(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DEMO = False


@pytest.fixture
def world(db: None) -> World:
    """Province > district > communes One and Two > hamlets; both communes merge and the district ends."""
    province = NewUnit(level=Level.PROVINCE, kind="Tỉnh", name_vi="Sóc Trăng", code="94")
    district = NewUnit(level=Level.DISTRICT, kind="Huyện", name_vi="Long Phú", code="946", parent_id=province.id)
    communes = [
        NewUnit(level=Level.COMMUNE, kind="Xã", name_vi=name, code=code, parent_id=district.id, lon=106.0, lat=lat)
        for name, code, lat in (("Trường Khánh", "31654", 9.7), ("Đại Ân", "31655", 9.6))
    ]
    hamlets = [
        NewUnit(level=Level.HAMLET, kind="Ấp", name_vi=name, parent_id=communes[at].id)
        for name, at in (("Trường Thành A", 0), ("Trường Thành B", 0), ("Bờ Đập", 1))
    ]
    services.create_units(acts=[province, district, *communes, *hamlets], author=SYSTEM)
    merged = NewUnit(level=Level.COMMUNE, kind="Xã", name_vi="Trường Khánh", code="31654", parent_id=province.id)
    act = Reorganisation(
        decision="1668/NQ-UBTVQH15",
        on=NEW,
        clauses=(Merge(units=tuple(c.id for c in communes), into=merged), End(unit_id=district.id)),
    )
    services.decide_reorganisation(acts=[act], author=SYSTEM)
    users = {name: make_user(name, name=f"Người {name}") for name in ("tinh", "huyen", "xa", "to", "khong")}
    start = date(2024, 1, 1)
    starts = (
        ("tinh", Role.PROVINCE_OFFICIAL, province.id, start),
        ("huyen", Role.DISTRICT_OFFICIAL, district.id, start),
        ("xa", Role.COMMUNE_OFFICIAL, merged.id, NEW),
        ("to", Role.LEADER, hamlets[1].id, start),
    )
    terms = [StartTerm(person_id=users[who], role=role, unit_id=unit, starts=day) for who, role, unit, day in starts]
    start_terms(acts=terms, author=SYSTEM)
    by_name = {unit.name_vi: unit.id for unit in hamlets}
    return World(province.id, district.id, communes[0].id, communes[1].id, merged.id, by_name, users)


VALUES = {"Trường Khánh": 0.505, "Đại Ân": None, "Trường Thành A": 0.25, "Trường Thành B": 0.75}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UUID, date, date]]:
    """Readings by name of unit instead of tallies; answers what was asked."""
    asked: list[tuple[UUID, date, date]] = []

    def readings(unit_id: UUID, on: date, boundaries: date, lang: str, codes: Sequence[str]) -> dict[str, Reading]:
        asked.append((unit_id, on, boundaries))
        units = places.units(boundaries, parent=unit_id)

        def one(code: str, kind: str, scale: float, declared: float | None) -> Reading:
            values = {unit.id: VALUES.get(unit.name_vi) for unit in units}
            found = {key: None if value is None else value * scale for key, value in values.items()}
            return Reading(
                code, f"Tên {code}", f"Cách tính {code}", kind, 1, 8326 if kind == "stock" else 0.506, declared,
                2, 3, on, on, found,
            )  # fmt: skip

        return {
            "participation": one("participation", "ratio", 1, None),
            "people": one("people", "stock", 1000, 8100),
            "visits": Reading("visits", "Tên visits", "", "flow", 1, None, None, 2, 3, None, None, {}),
        }

    monkeypatch.setattr(figures, "readings", readings)
    return asked


@pytest.fixture
def sign_in(world: World):
    """Sign in through the door; answers a client."""

    def enter(username: str) -> Client:
        client = Client()
        answer = client.post("/office/sign-in", {"username": username, "password": PASSWORD})
        assert answer.status_code == 302, answer.content
        return client

    return enter
