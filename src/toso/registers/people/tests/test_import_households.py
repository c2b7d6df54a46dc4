"""Import of households: judged, applied in pieces, cut and resumed, undone sparing what was worked on."""

from unittest.mock import patch

import pytest

from tests.helpers import world as scene
from tests.helpers.phone import Phone
from toso.engine.journal import checking
from toso.kernel.ids import short
from toso.registers.people import importing
from toso.registers.people.models import Household

pytestmark = pytest.mark.django_db


def rows(count: int) -> list[dict[str, object]]:
    return [{"label": f"Hộ ông Danh Mẫu {n}", "people": 1 + n % 8, "cluster": "Kênh Mẫu"} for n in range(count)]


def test_every_row_gets_a_verdict_and_only_good_ones_are_applied() -> None:
    world = scene.build()
    given: list[dict[str, object]] = [
        *rows(3),
        {"label": "", "people": 2},
        {"label": "Hộ bà Mẫu", "people": 900},
        {"label": "x"},
        rows(1)[0],
    ]
    job = importing.stage(cell_id=world.cells[0], rows=given, author=world.official)
    assert Household.objects.count() == 0, "staging touches nothing"
    found = importing.apply(job_id=job)
    assert [row.verdict for row in found] == ["applied"] * 3 + ["refused"] * 4
    assert [row.code for row in found][3:] == [
        "value_invalid", "head_count_invalid", "import_row_invalid", "already_exists",
    ]  # fmt: skip
    assert Household.objects.count() == 3
    assert checking.differences() == []


def test_a_cut_import_goes_on_where_it_stopped() -> None:
    world = scene.build()
    job = importing.stage(cell_id=world.cells[0], rows=rows(1200), author=world.official)
    calls = []

    def cut(done: int, total: int) -> None:
        calls.append(done)
        if len(calls) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importing.apply(job_id=job, progress=cut)
    assert Household.objects.count() == 500
    importing.apply(job_id=job)
    assert Household.objects.count() == 1200


def test_undo_spares_what_was_worked_on() -> None:
    world = scene.build()
    job = importing.stage(cell_id=world.cells[0], rows=rows(5), author=world.official)
    importing.apply(job_id=job)
    home = Household.objects.order_by("id").first()
    assert home
    phone = Phone(world.members[0])
    phone.record("household.change", {"id": short(home.id), "set": {"people": 9}}, world.cells[0])
    assert phone.push()[0]["status"] in ("accepted", "conflict")
    found = importing.undo(job_id=job, author=world.official)
    assert sorted(row.verdict for row in found) == ["spared", *["undone"] * 4]
    assert list(Household.objects.filter(state="here").values_list("id", flat=True)) == [home.id]
    assert checking.differences() == []


def test_a_neighbour_cannot_import() -> None:
    world = scene.build()
    job = importing.stage(cell_id=world.cells[0], rows=rows(1), author=world.neighbour)
    assert importing.apply(job_id=job)[0].code == "cell_not_yours"


def test_staged_rows_keep_their_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    world = scene.build()
    job = importing.stage(cell_id=world.cells[0], rows=rows(2), author=world.official)
    with patch("toso.engine.journal.bulk.update_rows", side_effect=RuntimeError), pytest.raises(RuntimeError):
        importing.apply(job_id=job)
    assert Household.objects.count() == 0, "a batch stands or falls as a whole"
    importing.apply(job_id=job)
    assert Household.objects.count() == 2
