"""Two hamlets of a commune and a third elsewhere, and a phone for each kind of person."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from toso.engine.accounts import services as accounts
from toso.engine.accounts.tests.factories import make_device, make_user
from toso.engine.journal.types import Author
from toso.registers.places import services as places
from toso.registers.places.types import Level, NewUnit
from toso.registers.roles.services import start_terms
from toso.registers.roles.types import Role, StartTerm

from .client import Phone

SYSTEM = Author(None)
START = date(2024, 1, 1)


@dataclass
class World:
    """Units, cells by hamlet, and phones by person."""

    province: UUID
    commune: UUID
    hamlet: UUID
    cell: UUID
    other_cell: UUID
    users: dict[str, UUID] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)


def make_world() -> World:
    """Province > district > communes One (hamlets A, B) and Two (hamlet C)."""
    province = NewUnit(level=Level.PROVINCE, kind="Tỉnh", name_vi="Sóc Trăng", code="94")
    district = NewUnit(level=Level.DISTRICT, kind="Huyện", name_vi="Long Phú", code="946", parent_id=province.id)
    one = NewUnit(level=Level.COMMUNE, kind="Xã", name_vi="Trường Khánh", code="31654", parent_id=district.id)
    two = NewUnit(level=Level.COMMUNE, kind="Xã", name_vi="Đại Ân", code="31655", parent_id=district.id)
    hamlets = [
        NewUnit(level=Level.HAMLET, kind="Ấp", name_vi=name, parent_id=parent.id)
        for name, parent in (("Trường Thành B", one), ("Trường Thành A", one), ("Bờ Đập", two))
    ]
    created = places.create_units(acts=[province, district, one, two, *hamlets], author=SYSTEM)
    cells = {unit.id: unit.cell_id for unit in created}
    own, neighbour = cells[hamlets[0].id], cells[hamlets[1].id]
    assert own is not None
    assert neighbour is not None
    world = World(province.id, one.id, hamlets[0].id, own, neighbour)
    terms = (
        ("member", Role.MEMBER, hamlets[0]), ("leader", Role.LEADER, hamlets[0]),
        ("neighbour", Role.MEMBER, hamlets[1]), ("stranger", Role.COMMUNE_OFFICIAL, two),
        ("commune", Role.COMMUNE_OFFICIAL, one), ("district", Role.DISTRICT_OFFICIAL, district),
        ("province", Role.PROVINCE_OFFICIAL, province), ("trainer", Role.TRAINER, one), ("revoked", Role.MEMBER, hamlets[0]),
    )  # fmt: skip
    acts = []
    for name, role, unit in terms:
        world.users[name] = make_user(name=f"Người {name}")
        acts.append(StartTerm(person_id=world.users[name], role=role, unit_id=unit.id, starts=START))
    world.users["nobody"] = make_user(name="Người không vai trò")
    start_terms(acts=acts, author=SYSTEM)
    for name, user in world.users.items():
        signed = make_device(user, address=name)
        world.phones[name] = Phone(signed.token)
        if name == "revoked":
            accounts.revoke_device(device_id=signed.device.id)
    world.phones["unsigned"] = Phone()
    return world
