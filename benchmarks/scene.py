"""The scene in the product: hamlets with teams and their documents, brought in through the real services.

A program of its own: `python -m benchmarks.scene '{"cells": 1, …}'` with the product's environment; it prints what a
client needs to know.
"""

import random
import sys
from datetime import date
from typing import Any

import orjson

from . import documents

MEMBERS = 8
BATCH = 400


def main() -> None:
    """Migrate, build, print."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    wanted = orjson.loads(sys.argv[1])
    print(orjson.dumps(build(wanted["cells"], wanted["first"], wanted["others"])).decode())


def build(cells: int, first: dict[str, int], others: dict[str, int]) -> dict[str, Any]:
    """`cells` hamlets in one commune: the first of these sizes, the others of those. Ids, codes and counts."""
    from toso.engine.accounts.services import create_users, issue_code
    from toso.engine.accounts.types import NewUser
    from toso.kernel.clock import today
    from toso.kernel.ids import short
    from toso.registers.places.types import Level, NewUnit

    province = NewUnit(level=Level.PROVINCE, kind="Tỉnh", name_vi="Mẫu", code="94")
    district = NewUnit(level=Level.DISTRICT, kind="Huyện", name_vi="Mẫu", parent_id=province.id, code="946")
    commune = NewUnit(level=Level.COMMUNE, kind="Xã", name_vi="Mẫu", parent_id=district.id, code="31654")
    hamlets = [
        NewUnit(level=Level.HAMLET, kind="Ấp", name_vi=f"Mẫu {n + 1}", parent_id=commune.id) for n in range(cells)
    ]
    made, services, members, official = _units([province, district, commune, *hamlets], hamlets, commune, province)
    create_users(acts=[NewUser(person, name) for own in members for person, name in own])
    create_users(acts=[NewUser(official, "Cán bộ tỉnh")])
    found: list[dict[str, Any]] = []
    for n, (unit, cell) in enumerate(zip(hamlets, made, strict=True)):
        own = documents.hamlet(today(), n, **(first if n == 0 else others))
        leader = members[n][0][0]
        found.append(
            {
                "cell": short(cell), "unit": short(unit.id), "seed": n,
                "entries": _load(own, cell, leader, services, n),
                "codes": [issue_code(user_id=person, by=None, digits=8) for person, _ in members[n]],
            }
        )  # fmt: skip
    return {
        "today": today().isoformat(), "services": services, "province": short(province.id), "cells": found,
        "official_code": issue_code(user_id=official, by=None, digits=8),
        "commune_code": issue_code(user_id=_commune_official(commune), by=None, digits=8),
    }  # fmt: skip


def _units(
    acts: list[Any], hamlets: list[Any], commune: Any, province: Any
) -> tuple[list[Any], dict[str, str], Any, Any]:
    from toso.engine.journal.types import Author
    from toso.engine.sync.types import office_header
    from toso.kernel.ids import new_id, short
    from toso.registers.catalogue import selectors as catalogue
    from toso.registers.catalogue import services as catalogue_services
    from toso.registers.places.services import create_units
    from toso.registers.roles.services import start_terms
    from toso.registers.roles.types import Role, StartTerm
    from toso.registers.teams.services import act_on_teams
    from toso.registers.teams.types import FoundTeam, NewMember

    founded = date(2022, 10, 1)
    made = [unit.cell_id for unit in create_units(acts=acts, author=Author(None)) if unit.cell_id]
    catalogue_services.seed_services()
    members = [[(new_id(), f"Thành viên {h}.{n}") for n in range(MEMBERS)] for h in range(len(hamlets))]
    teams = [
        FoundTeam(
            new_id(), unit.id, f"Tổ {unit.name_vi}", founded,
            [NewMember(person, name, "leader" if n == 0 else "member") for n, (person, name) in enumerate(own)],
        )
        for unit, own in zip(hamlets, members, strict=True)
    ]  # fmt: skip
    act_on_teams(acts=teams, header=office_header(None))
    official = new_id()
    start_terms(
        acts=[StartTerm(person_id=official, role=Role.PROVINCE_OFFICIAL, unit_id=province.id, starts=founded)],
        author=Author(None),
    )
    services = {service.code: short(service.id) for service in catalogue.services().values()}
    return made, services, members, official


def _commune_official(commune: Any) -> Any:
    from toso.engine.accounts.services import create_users
    from toso.engine.accounts.types import NewUser
    from toso.engine.journal.types import Author
    from toso.kernel.ids import new_id
    from toso.registers.roles.services import start_terms
    from toso.registers.roles.types import Role, StartTerm

    person = new_id()
    create_users(acts=[NewUser(person, "Cán bộ xã")])
    act = StartTerm(person_id=person, role=Role.COMMUNE_OFFICIAL, unit_id=commune.id, starts=date(2022, 10, 1))
    start_terms(acts=[act], author=Author(None))
    return person


def _load(own: documents.Documents, cell: Any, leader: Any, services: dict[str, str], seed: int) -> int:
    """Push a hamlet's documents as its leader's phone would; answers how many operations."""
    from toso.engine.sync.services import push
    from toso.engine.sync.types import DeviceIdentity
    from toso.kernel.ids import new_id, short

    dice, ground = random.Random(f"operations {seed}"), short(cell)
    operations = []
    for home in own.households:
        data: dict[str, object] = {
            "id": short(home.id), "label": home.label, "people": home.people, "cluster": home.cluster,
            "zalo_news": home.zalo_news, "lang_screen": home.lang, "lang_listen": home.lang, "lang_read": home.lang,
        }  # fmt: skip
        operations.append(documents.operation(dice, "household.add", home.on, data, ground))
    for person in own.residents:
        data = {"id": short(person.id), "household": short(person.household), "name": person.name}
        data |= {"birth_year": person.birth_year} if person.birth_year else {}
        operations.append(documents.operation(dice, "resident.add", person.on, data, ground))
    for visit in own.visits:
        data = documents.visit_data(visit, services)
        operations.append(documents.operation(dice, "visit.record", visit.on, data, ground))
    phone = DeviceIdentity(new_id(), leader, False, None)
    for start in range(0, len(operations), BATCH):
        for answer in push(phone, operations[start : start + BATCH]):
            if answer["status"] != "accepted":
                raise SystemExit(f"the scene was refused: {answer}")
    return len(operations)


if __name__ == "__main__":
    main()
