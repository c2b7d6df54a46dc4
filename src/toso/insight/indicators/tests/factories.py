"""Facts for tests of figures, entered through the services."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.engine.journal.services import writing
from toso.engine.journal.types import Author
from toso.engine.sync.types import Act, Header, office_header
from toso.kernel.clock import now_ms
from toso.kernel.hlc import pack
from toso.kernel.ids import new_id, short
from toso.records.visits import services as visits
from toso.records.visits.types import AssistGiven, DaySheetSet, OpeningFigureAct, VisitRecord
from toso.registers.catalogue import selectors as catalogue
from toso.registers.people import services as people
from toso.registers.people.types import HouseholdAdd, HouseholdMove, ResidentAdd


def _do(module: object, kind: str, body: object, on: date, cell: UUID | None = None) -> None:
    header = Header(
        new_id(), Author(None), pack(now_ms()), on, base_seq=2**53, released=True, cell=cell
    )  # fmt: skip
    act = Act(header, kind, body)
    with writing(module.streams_for([act])) as writer:  # type: ignore[attr-defined]
        outcome = module.decide(writer=writer, acts=[act])[0]  # type: ignore[attr-defined]
    assert outcome.status == "accepted", outcome


def add_household(cell: UUID, heads: int, on: date, zalo: bool | None = True, residents: int = 0) -> list[str]:
    """A household, and the ids of its residents after its own."""
    ids = [short(new_id()) for _ in range(residents + 1)]
    body = HouseholdAdd(ids[0], "Hộ ông Mẫu", heads, zalo_news=zalo)
    _do(people, "household.add", body, on, cell)
    for person in ids[1:]:
        _do(people, "resident.add", ResidentAdd(person, ids[0], "Người Mẫu"), on)
    return ids


def move_household(household: str, to: UUID, on: date) -> None:
    """A household lives in another cell from a day on."""
    _do(people, "household.move", HouseholdMove(household, short(to)), on)


def record_visit(household: str, on: date, given: Sequence[tuple[str | None, str, str]] = ()) -> None:
    """A visit; `given`: (resident or None, code of the service, stage)."""
    assists = []
    for person, code, stage in given:
        service = catalogue.service_by_code(code)
        assert service
        assists.append(AssistGiven(short(service.id), stage, person))
    body = VisitRecord(short(new_id()), household, "met" if given else "absent", assists)
    _do(visits, "visit.record", body, on)


def set_day_sheet(cell: UUID, on: date, code: str, count: int) -> None:
    """A line of a day sheet."""
    service = catalogue.service_by_code(code)
    assert service
    _do(visits, "day_sheet.set", DaySheetSet(short(new_id()), short(service.id), count), on, cell)


def declare(unit: UUID, indicator: str, value: int, on: date) -> None:
    """An opening figure."""
    act = OpeningFigureAct(unit, indicator, value, on, "Báo cáo mẫu")
    visits.declare_opening_figures(acts=[act], header=office_header(None))
