"""A small invented province for tests, entered through the services."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from toso.engine.journal.types import Author
from toso.registers.places import services
from toso.registers.places.types import Clause, Level, NewUnit, Reorganisation, ReorganisationOutcome

AUTHOR = Author(None)


@dataclass(slots=True)
class World:
    """Ids of the units by short names: "P", "D0", "C00", "H000"; cells by their hamlet's name."""

    ids: dict[str, UUID] = field(default_factory=dict)
    cells: dict[str, UUID] = field(default_factory=dict)

    def __getitem__(self, name: str) -> UUID:
        return self.ids[name]


def make_world(districts: int = 2, communes: int = 2, hamlets: int = 2) -> World:
    """A province with districts, communes and hamlets that exist since ever."""
    world = World()
    acts: list[NewUnit] = []

    def add(name: str, level: Level, kind: str, title: str, parent: str | None, code: str) -> None:
        unit = NewUnit(
            level=level, kind=kind, name_vi=title, code=code, parent_id=world.ids[parent] if parent else None
        )
        world.ids[name] = unit.id
        acts.append(unit)

    add("P", Level.PROVINCE, "Tỉnh", "Mẫu", None, "01")
    for d in range(districts):
        add(f"D{d}", Level.DISTRICT, "Huyện", f"Huyện {d}", "P", f"10{d}")
        for c in range(communes):
            add(f"C{d}{c}", Level.COMMUNE, "Xã", f"Xã {d}{c}", f"D{d}", f"100{d}{c}")
            for h in range(hamlets):
                add(f"H{d}{c}{h}", Level.HAMLET, "Ấp", f"Ấp {d}{c}{h}", f"C{d}{c}", "")
    names = list(world.ids)
    for name, made in zip(names, services.create_units(acts=acts, author=AUTHOR), strict=True):
        if made.cell_id:
            world.cells[name] = made.cell_id
    return world


def new_unit(level: Level, title: str, parent: UUID | None, code: str = "") -> NewUnit:
    """A unit for a clause."""
    kinds = {Level.PROVINCE: "Tỉnh", Level.DISTRICT: "Huyện", Level.COMMUNE: "Xã", Level.HAMLET: "Ấp"}
    return NewUnit(level=level, kind=kinds[level], name_vi=title, parent_id=parent, code=code)


def decide(on: date, *clauses: Clause) -> ReorganisationOutcome:
    """Enter one decision."""
    act = Reorganisation(decision="1/NQ", on=on, clauses=tuple(clauses))
    return services.decide_reorganisation(acts=[act], author=AUTHOR)[0]


def names(units: Sequence[object]) -> list[str]:
    """The full names of views."""
    return [unit.name() for unit in units]  # type: ignore[attr-defined]
