"""A small world: a province, a district, a commune, two hamlets with teams, the catalogue, people with terms."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from toso.engine.journal.types import Author
from toso.engine.sync.types import office_header
from toso.kernel.ids import new_id
from toso.registers.catalogue import selectors as catalogue
from toso.registers.catalogue import services as catalogue_services
from toso.registers.places.services import create_units
from toso.registers.places.types import Level, NewUnit
from toso.registers.roles.services import start_terms
from toso.registers.roles.types import Role, StartTerm
from toso.registers.teams.services import act_on_teams
from toso.registers.teams.types import FoundTeam, NewMember

FOUNDED = date(2022, 10, 1)
NOBODY = Author(None)


@dataclass(slots=True)
class World:
    """Ids of the scene."""

    province: UUID
    district: UUID
    commune: UUID
    hamlets: list[UUID]
    cells: list[UUID]
    teams: list[UUID]
    leader: UUID
    members: list[UUID]
    neighbour: UUID
    official: UUID
    services: dict[str, UUID]


def build(hamlets: int = 2) -> World:
    """The scene, made through the services."""
    province = NewUnit(level=Level.PROVINCE, kind="Tỉnh", name_vi="Mẫu", code="94")
    district = NewUnit(level=Level.DISTRICT, kind="Huyện", name_vi="Mẫu", parent_id=province.id, code="946")
    commune = NewUnit(level=Level.COMMUNE, kind="Xã", name_vi="Mẫu", parent_id=district.id, code="31654")
    below = [
        NewUnit(level=Level.HAMLET, kind="Ấp", name_vi=f"Mẫu {n + 1}", parent_id=commune.id) for n in range(hamlets)
    ]
    made = create_units(acts=[province, district, commune, *below], author=NOBODY)
    cells = [unit.cell_id for unit in made if unit.cell_id]
    catalogue_services.seed_services()
    people = [
        [NewMember(new_id(), f"Thành viên {h}.{n}", "leader" if n == 0 else "member") for n in range(3)]
        for h in range(hamlets)
    ]
    teams = [new_id() for _ in below]
    act_on_teams(
        acts=[
            FoundTeam(team, unit.id, f"Tổ {unit.name_vi}", FOUNDED, members)
            for team, unit, members in zip(teams, below, people, strict=True)
        ],
        header=office_header(None),
    )
    official = new_id()
    start_terms(
        acts=[StartTerm(person_id=official, role=Role.COMMUNE_OFFICIAL, unit_id=commune.id, starts=FOUNDED)],
        author=NOBODY,
    )
    return World(
        province.id, district.id, commune.id, [unit.id for unit in below], cells, teams, people[0][0].id,
        [people[0][1].id, people[0][2].id], people[1][1].id if hamlets > 1 else new_id(), official,
        {service.code: service.id for service in catalogue.services().values()},
    )  # fmt: skip
