"""A province or a country in the product's tallies, without its people: what figures are read from.

The 1.2 million residents themselves are not needed: their histories are packed by the same functions that the
projector uses (`rules.blocks`) and stored by the same ones (`services.applying`). The numbers are drawn from a seed, and the
baseline gets rows that add up to the same ones.

A program of its own: `python -m benchmarks.tallies province|country '{…}'`.
"""

import random
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

MONTHS = 24
HELPED = 0.55
FOUNDED = date(2022, 10, 1)


def main() -> None:
    """Migrate, fill, print."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    what, wanted = sys.argv[1], orjson.loads(sys.argv[2])
    print(orjson.dumps(province(**wanted) if what == "province" else country(**wanted)).decode())


def province(hamlets: int, people: int, counts: str) -> dict[str, Any]:
    """Sóc Trăng with all its communes of September 2024, hamlets spread over them, and 24 months of being helped.

    Writes the numbers to the file `counts` for the baseline. Answers ids, a code for a province official, the dates.
    """
    from toso.engine.journal.types import Author
    from toso.kernel.clock import today
    from toso.kernel.ids import short
    from toso.registers.places.services import create_units, seed_soc_trang
    from toso.registers.places.types import Level, NewUnit

    dice = random.Random("province")
    ids = seed_soc_trang(author=Author(None))
    last = min(today() - timedelta(days=1), date(2025, 6, 30))
    communes = sorted(code for code in ids if len(code) == 5)
    acts = [
        NewUnit(
            level=Level.HAMLET, kind="Ấp", name_vi=f"Mẫu {n + 1}", parent_id=ids[communes[n % len(communes)]],
            starts=FOUNDED if communes[n % len(communes)] != "31522" else date(2024, 9, 1),
        )
        for n in range(hamlets)
    ]  # fmt: skip
    made = create_units(acts=acts, author=Author(None))
    told = [
        {
            "commune": int(communes[n % len(communes)]), "district": n % len(communes) % 11, "people": size,
            "helped": helped(dice, size, last),
        }
        for n, size in enumerate(_sizes(dice, hamlets, people))
    ]  # fmt: skip
    _fill([unit.cell_id for unit in made], told)
    Path(counts).write_bytes(orjson.dumps({"hamlets": told}))
    root = ids["94"]
    return {
        "root": short(root), "last": last.isoformat(), "first": (last - timedelta(days=59)).isoformat(),
        "official_code": _official(root), "counts": counts,
    }  # fmt: skip


def country(hamlets: int) -> dict[str, Any]:
    """Hamlets below one unit that stands for a country (no level lies above the province), with people in each."""
    from toso.engine.journal.types import Author
    from toso.kernel.clock import today
    from toso.kernel.ids import short
    from toso.registers.places.services import create_units
    from toso.registers.places.types import Level, NewUnit

    dice = random.Random("country")
    root = NewUnit(level=Level.PROVINCE, kind="Nước", name_vi="Mẫu", code="99", starts=FOUNDED)
    districts = [
        NewUnit(level=Level.DISTRICT, kind="Huyện", name_vi=f"Mẫu {n}", parent_id=root.id)
        for n in range(max(hamlets // 130, 1))
    ]
    communes = [
        NewUnit(level=Level.COMMUNE, kind="Xã", name_vi=f"Mẫu {n}", parent_id=districts[n % len(districts)].id)
        for n in range(max(hamlets // 9, 1))
    ]
    below = [
        NewUnit(level=Level.HAMLET, kind="Ấp", name_vi=f"Mẫu {n}", parent_id=communes[n % len(communes)].id)
        for n in range(hamlets)
    ]
    made = create_units(acts=[root, *districts, *communes, *below], author=Author(None))
    last = today() - timedelta(days=1)
    sizes = _sizes(dice, hamlets, hamlets * 1100)
    told = [{"people": size, "helped": []} for size in sizes]
    _fill([unit.cell_id for unit in made if unit.cell_id], told)
    return {"root": short(root.id), "last": last.isoformat(), "units": len(made), "official_code": _official(root.id)}


def _sizes(dice: random.Random, number: int, total: int) -> list[int]:
    weights = [dice.uniform(0.6, 1.4) for _ in range(number)]
    sizes = [int(total * weight / sum(weights)) for weight in weights]
    sizes[0] += total - sum(sizes)
    return sizes


def helped(dice: random.Random, people: int, last: date) -> list[tuple[int, int]]:
    """(day, how many are helped for the first time) over the last 24 months, more or less evenly."""
    days = MONTHS * 30
    counts = [0] * days
    for _ in range(int(people * HELPED * dice.uniform(0.8, 1.2))):
        counts[dice.randrange(days)] += 1
    first = last.toordinal() - days + 1
    return [(first + n, count) for n, count in enumerate(counts) if count]


def _fill(cells: Sequence[Any], told: Sequence[dict[str, Any]]) -> None:
    from django.db import transaction

    from toso.insight.indicators.rules.blocks import Deltas
    from toso.insight.indicators.rules.steps import PARTICIPANTS, PEOPLE
    from toso.insight.indicators.services import applying
    from toso.insight.indicators.services.rebuilding import carry_forward, mark_computed
    from toso.kernel.clock import today

    deltas: Deltas = {}
    seen: dict[tuple[bytes, str], int] = {}
    activity: dict[tuple[bytes, int], int] = {}
    this_month = today().year * 12 + today().month - 1
    for cell, one in zip(cells, told, strict=True):
        node = cell.bytes
        deltas[(node, PEOPLE)] = {FOUNDED.toordinal(): one["people"]}
        seen[(node, "household")] = FOUNDED.toordinal()
        if one["helped"]:
            deltas[(node, PARTICIPANTS)] = dict(one["helped"])
            seen[(node, "resident")] = one["helped"][0][0]
        activity[(node, this_month)] = 1
    with transaction.atomic():
        applying.insert_whole(deltas)
        applying.put_seen(seen)
        applying.put_activity(activity)
        mark_computed()
    carry_forward(today())


def _official(root: Any) -> str:
    from toso.engine.accounts.services import create_users, issue_code
    from toso.engine.accounts.types import NewUser
    from toso.engine.journal.types import Author
    from toso.kernel.ids import new_id
    from toso.registers.roles.services import start_terms
    from toso.registers.roles.types import Role, StartTerm

    person = new_id()
    create_users(acts=[NewUser(person, "Cán bộ tỉnh")])
    act = StartTerm(person_id=person, role=Role.PROVINCE_OFFICIAL, unit_id=root, starts=FOUNDED)
    start_terms(acts=[act], author=Author(None))
    return issue_code(user_id=person, by=None, digits=8)


if __name__ == "__main__":
    main()
