"""The hamlet's documents as plain values: the same ones go into the product and into the baseline.

431 households, 1,530 named residents with a stage in each of 8 services, 300 visits in the last 90 days; behind
them the older visits at which those stages were reached (four a household, outside of a phone's window). Everything is
drawn from a seed. Ids are made at the moment at which a phone would have made them, so that they do not compress
better than real ones.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from toso.kernel.clock import day_start_ms
from toso.kernel.ids import short

HOUSEHOLDS, RESIDENTS, VISITS = 431, 1530, 300
WINDOW = 85
OLD_VISITS = 4
SERVICES = {
    "vneid": ("told", "installed", "level_2", "alone"),
    "dich_vu_cong": ("told", "set_up", "with_help", "alone"),
    "thanh_toan": ("told", "set_up", "with_help", "alone"),
    "dien_thoai": ("told", "with_help", "alone"),
    "cong_dan_soc_trang": ("told", "set_up", "with_help", "alone"),
    "zalo_oa": ("told", "with_help", "alone"),
    "stv": ("told", "with_help", "alone"),
    "san_tmdt": ("told", "set_up", "with_help", "alone"),
}
SURNAMES = ("Nguyễn", "Trần", "Lê", "Huỳnh", "Phạm", "Võ", "Thạch", "Sơn", "Lý", "Kim", "Lâm", "Danh", "Quách", "Trịnh")
MIDDLES = ("Văn", "Thị", "Hữu", "Ngọc", "Minh", "Kim", "Quốc", "Mỹ", "Thanh", "Hoàng")
GIVEN = (
    "An", "Bình", "Cường", "Dung", "Đạt", "Giang", "Hà", "Hạnh", "Hiếu", "Hoa", "Huệ", "Hùng", "Khánh", "Lan", "Linh",
    "Loan", "Long", "Mai", "Minh", "Nga", "Ngân", "Nghĩa", "Nhung", "Phát", "Phúc", "Phương", "Quang", "Sa Rây", "Sơn",
    "Tâm", "Thảo", "Thắng", "Thu", "Thúy", "Tiến", "Trang", "Trí", "Tuấn", "Tuyết", "Vân", "Vinh", "Xuân", "Yến",
)  # fmt: skip
NOTES = (
    "Điện thoại hết pin, hẹn quay lại", "Con gái ở Bình Dương sẽ về giúp", "Chưa có tài khoản ngân hàng",
    "Muốn học cách gọi hình", "Quên mật khẩu, đã đặt lại", "Đang làm đồng, gặp ở ruộng", "Máy cũ, không cài được VNeID",
)  # fmt: skip
OUTCOMES = ("absent", "come_back", "not_now")


@dataclass(frozen=True, slots=True)
class Household:
    """A household."""

    id: UUID
    label: str
    people: int
    cluster: str
    zalo_news: bool | None
    lang: str | None
    on: date


@dataclass(frozen=True, slots=True)
class Resident:
    """A named resident."""

    id: UUID
    household: UUID
    name: str
    birth_year: int | None
    on: date


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with its assists: (resident, service code, stage, result)."""

    id: UUID
    household: UUID
    on: date
    outcome: str
    assists: tuple[tuple[UUID, str, str, str | None], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Documents:
    """Everything of one hamlet; visits in order of their days."""

    households: list[Household]
    residents: list[Resident]
    visits: list[Visit]

    def by_household(self) -> list[tuple[UUID, list[UUID]]]:
        """Households with the residents who live there."""
        found: dict[UUID, list[UUID]] = {household.id: [] for household in self.households}
        for resident in self.residents:
            found[resident.household].append(resident.id)
        return list(found.items())


def id_at(dice: random.Random, on: date) -> UUID:
    """A UUIDv7 made at some moment of a working day."""
    ms = day_start_ms(on) + dice.randrange(7 * 3_600_000, 20 * 3_600_000)
    return UUID(int=ms << 80 | 7 << 76 | dice.getrandbits(12) << 64 | 2 << 62 | dice.getrandbits(62))


def hamlet(
    today: date, seed: int = 0, households: int = HOUSEHOLDS, residents: int = RESIDENTS, visits: int = VISITS
) -> Documents:
    """The documents of a hamlet as they stand on a day."""
    dice = random.Random(f"hamlet {seed}")
    sizes = [residents // households] * households
    for n in range(residents - sum(sizes)):
        sizes[n] += 1
    for _ in range(households):
        a, b = dice.randrange(households), dice.randrange(households)
        if a != b and sizes[a] > 1 and sizes[b] < 7:
            sizes[a], sizes[b] = sizes[a] - 1, sizes[b] + 1
    found = Documents([], [], [])
    for size in sizes:
        _household(found, dice, today, size)
    homes = found.by_household()
    for home, people in homes:
        found.visits.extend(_old_visits(dice, today, home, people))
    for _ in range(visits):
        home, people = dice.choice(homes)
        found.visits.append(new_visit(dice, today - timedelta(days=dice.randrange(1, WINDOW)), home, people))
    found.visits.sort(key=lambda visit: (visit.on, visit.id))
    return found


def _household(found: Documents, dice: random.Random, today: date, size: int) -> None:
    on = today - timedelta(days=dice.randrange(710, 760))
    last = dice.choice(SURNAMES)
    home = Household(
        id_at(dice, on), f"Hộ {dice.choice(('ông', 'bà'))} {last} {dice.choice(MIDDLES)} {dice.choice(GIVEN)}",
        max(size, 1), f"Tổ {dice.randrange(1, 9)}", dice.choice((True, True, True, False, None)),
        dice.choice((None, None, "vi", "km")), on,
    )  # fmt: skip
    found.households.append(home)
    for _ in range(size):
        named = on + timedelta(days=dice.randrange(10))
        name = f"{last if dice.random() < 0.6 else dice.choice(SURNAMES)} {dice.choice(MIDDLES)} {dice.choice(GIVEN)}"
        born = dice.randrange(1940, 2012) if dice.random() < 0.8 else None
        found.residents.append(Resident(id_at(dice, named), home.id, name, born, named))


def _old_visits(dice: random.Random, today: date, home: UUID, people: list[UUID]) -> list[Visit]:
    codes = list(SERVICES)
    dice.shuffle(codes)
    per = len(codes) // OLD_VISITS
    visits = []
    for n in range(OLD_VISITS):
        on = today - timedelta(days=dice.randrange(130, 690))
        assists = [
            (person, code, dice.choice(SERVICES[code]), dice.choice(("done", "done", None)))
            for person in people
            for code in codes[n * per : (n + 1) * per]
        ]
        visits.append(Visit(id_at(dice, on), home, on, "met", tuple(assists), ""))
    return visits


def new_visit(dice: random.Random, on: date, home: UUID, people: list[UUID], assists: int = 2) -> Visit:
    """A visit with assists to people of the house; without assists, somebody was not met."""
    helped = [
        (dice.choice(people), code, dice.choice(SERVICES[code]), dice.choice(("done", "done", "problem")))
        for code in (dice.sample(list(SERVICES), assists) if people else ())
    ]
    outcome = "met" if helped else dice.choice(OUTCOMES)
    note = dice.choice(NOTES) if dice.random() < 0.15 else ""
    return Visit(id_at(dice, on), home, on, outcome, tuple(helped), note)


def operation(
    dice: random.Random,
    kind: str,
    on: date,
    data: dict[str, object],
    cell: str,
    seen: Mapping[str, Any] | None = None,
) -> dict[str, object]:
    """An operation as a phone sends it (docs/reference/wire.md).

    `seen` is the phone's last pull: what it did since. Without it: done on the day `on`, as it stands on paper.
    """
    op = id_at(dice, on)
    ms = op.int >> 80
    return {
        "op_id": short(op), "kind": kind, "cell": cell, "base_seq": seen["seq"] if seen else 0, "made_at": f"{ms << 16:016x}",
        "phone_at": ms, "offset_ms": dice.randrange(-2000, 2000) if not seen else 312,
        "contact_at": seen["now"] if seen else None, "day": None if seen else on.isoformat(), "replaces": None,
        "data": data,
    }  # fmt: skip


def visit_data(visit: Visit, services: dict[str, str]) -> dict[str, object]:
    """`visit.record` as the wire has it; `services`: ids by code."""
    data: dict[str, object] = {
        "id": short(visit.id), "household": short(visit.household), "outcome": visit.outcome,
        "assists": [
            {"resident": short(person), "service": services[code], "stage": stage, **({"result": result} if result else {})}
            for person, code, stage, result in visit.assists
        ],
    }  # fmt: skip
    return data | ({"note": visit.note} if visit.note else {})


def naive_visits(visits: list[Visit]) -> list[dict[str, Any]]:
    """Visits as the baseline takes them."""
    return [
        {
            "id": str(v.id), "household": str(v.household), "on": v.on.isoformat(), "outcome": v.outcome,
            "note": v.note, "follow_up_on": None,
            "assists": [
                {"resident": str(person), "service": service, "stage": stage, "result": result or ""}
                for person, service, stage, result in v.assists
            ],
        }
        for v in visits
    ]  # fmt: skip
