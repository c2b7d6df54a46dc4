"""A small province before and after a merger, and terms in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from toso.engine.journal.types import Author
from toso.kernel.clock import day_start_ms, frozen
from toso.kernel.ids import new_id
from toso.registers.places import services as places
from toso.registers.places.types import Clause, Create, End, Level, Merge, NewUnit, Reorganisation, Transfer
from toso.registers.roles import services
from toso.registers.roles.access import standings
from toso.registers.roles.types import EndTerm, Role, Standing, StartTerm

AUTHOR = Author(None)
LONG_AGO, BEFORE, MERGER, AFTER = date(2024, 1, 1), date(2025, 6, 30), date(2025, 7, 1), date(2025, 9, 1)
HOUR = 3_600_000


@dataclass(slots=True)
class Land:
    """Province > two districts > two communes each > two hamlets each; by names "P", "D0", "C00", "H000"."""

    ids: dict[str, UUID]
    cells: dict[str, UUID]

    def __getitem__(self, name: str) -> UUID:
        return self.ids[name]

    def cells_under(self, name: str) -> set[UUID]:
        """Cells of the hamlets whose names begin like a unit's ("C00": H000, H001)."""
        return {cell for hamlet, cell in self.cells.items() if hamlet[1:].startswith(name[1:])}


def _unit(level: Level, kind: str, name: str, parent: UUID | None) -> NewUnit:
    return NewUnit(level=level, kind=kind, name_vi=name, parent_id=parent)


def make_land() -> Land:
    """The land before the merger."""
    acts = {"P": _unit(Level.PROVINCE, "Tỉnh", "Mẫu", None)}
    for d in "01":
        acts[f"D{d}"] = _unit(Level.DISTRICT, "Huyện", d, acts["P"].id)
        for c in "01":
            acts[f"C{d}{c}"] = _unit(Level.COMMUNE, "Xã", d + c, acts[f"D{d}"].id)
            for h in "01":
                acts[f"H{d}{c}{h}"] = _unit(Level.HAMLET, "Ấp", d + c + h, acts[f"C{d}{c}"].id)
    made = places.create_units(acts=list(acts.values()), author=AUTHOR)
    cells = {name: unit.cell_id for name, unit in zip(acts, made, strict=True) if unit.cell_id}
    return Land({name: unit.id for name, unit in acts.items()}, cells)


def merge_land(land: Land) -> None:
    """As in 2025: "NP" takes over, districts end, C00 + C01 + C10 become "NC", C11 stays."""
    top = _unit(Level.PROVINCE, "Thành phố", "Mới", None)
    commune = _unit(Level.COMMUNE, "Xã", "Gộp", top.id)
    clauses: tuple[Clause, ...] = (
        Create(unit=top),
        Merge(units=tuple(land[c] for c in ("C00", "C01", "C10")), into=commune),
        Transfer(unit_id=land["C11"], parent_id=top.id),
        *(End(unit_id=land[u]) for u in ("D0", "D1", "P")),
    )
    places.decide_reorganisation(acts=[Reorganisation(decision="1668", on=MERGER, clauses=clauses)], author=AUTHOR)
    land.ids |= {"NP": top.id, "NC": commune.id}


@contextmanager
def on_day(day: date) -> Iterator[int]:
    """The clock stands at noon of a day."""
    at = day_start_ms(day) + 12 * HOUR
    with frozen(at):
        yield at


def start(
    unit: UUID, role: Role = Role.MEMBER, starts: date = LONG_AGO, ends: date | None = None, person: UUID | None = None
) -> StartTerm:  # fmt: skip
    """Start a term; answers the act, with the person's id."""
    act = StartTerm(person_id=person or new_id(), role=role, unit_id=unit, starts=starts, ends=ends)
    services.start_terms(acts=[act], author=AUTHOR)
    return act


def end(term: StartTerm, ends: date) -> None:
    """End a term."""
    services.end_terms(acts=[EndTerm(term_id=term.id, ends=ends)], author=AUTHOR)


def standing(term: StartTerm, on: date | None = None) -> Standing:
    """The standing of a term's person."""
    return standings([term.person_id], on)[term.person_id]
