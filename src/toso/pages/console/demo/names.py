"""Invented names in the patterns of the region: Kinh, Khmer, Hoa. They say nothing about anybody's ethnicity:
a Khmer may be called Trần and a Kinh Lâm."""

from dataclasses import dataclass
from typing import Final

from .dice import Dice

SURNAMES: Final = {
    "kinh": {
        "Nguyễn": 38, "Trần": 12, "Lê": 10, "Huỳnh": 7, "Phạm": 6, "Võ": 5, "Phan": 4, "Lâm": 3, "Đặng": 3, "Bùi": 2,
        "Hồ": 2, "Ngô": 2, "Dương": 2, "Trương": 2, "Lý": 1, "Đỗ": 1,
    },
    "khmer": {
        "Thạch": 20, "Sơn": 16, "Lý": 14, "Kim": 13, "Lâm": 13, "Danh": 10, "Trần": 10, "Liêu": 2, "Trà": 2,
    },
    "hoa": {
        "Quách": 16, "Lâm": 15, "Trịnh": 12, "Trương": 12, "Huỳnh": 10, "Lưu": 9, "Tăng": 9, "Mã": 9, "Lý": 8,
    },
}  # fmt: skip
MEN: Final = (
    "An", "Anh", "Bảo", "Bình", "Cường", "Danh", "Duy", "Dũng", "Đạt", "Đức", "Giang", "Hải", "Hậu", "Hiếu", "Hòa",
    "Hoàng", "Hùng", "Huy", "Khang", "Khánh", "Khoa", "Kiên", "Lâm", "Long", "Lộc", "Lợi", "Minh", "Nam",
    "Nghĩa", "Nhân", "Phát", "Phong", "Phú", "Phúc", "Phước", "Quang", "Quân", "Quốc", "Sang", "Sơn", "Tài", "Tâm",
    "Tân", "Thanh", "Thành", "Thắng", "Thịnh", "Thuận", "Tiến", "Toàn", "Trí", "Trung", "Trường", "Tuấn", "Tùng", "Tú",
    "Vinh", "Vũ", "Vượng",
)  # fmt: skip
WOMEN: Final = (
    "An", "Anh", "Ánh", "Bích", "Châu", "Chi", "Dung", "Duyên", "Đào", "Diễm", "Giang", "Hà", "Hạnh", "Hân", "Hằng",
    "Hiền", "Hoa", "Hồng", "Huệ", "Hương", "Khanh", "Lan", "Lệ", "Liên", "Linh", "Loan", "Ly", "Mai", "My", "Mỹ",
    "Nga", "Ngân", "Ngọc", "Nguyệt", "Nhi", "Nhung", "Như", "Phương", "Quyên", "Quỳnh", "Thảo", "Thanh", "Thu", "Thúy",
    "Thủy", "Thư", "Tiên", "Trang", "Trâm", "Trân", "Trinh", "Trúc", "Tuyết", "Uyên", "Vân", "Vy", "Xuân", "Yến",
)  # fmt: skip
KHMER_MEN: Final = (
    "Phong", "Sà Rương", "Sa Mết", "Đa Ra", "Sô Phan", "Bươl", "Phol", "Rinh", "Sóc Khone", "Sết", "Hol", "Thươl",
    "Ươl",
)  # fmt: skip
KHMER_WOMEN: Final = (
    "Sa Rây", "Sô Phia", "Na Ri", "Sà Vone", "Sóc Thi", "Mô Ni", "Đa Ni", "Sô Phi", "Ni", "Hiên", "Sa Ri", "Chanh Đa",
    "Srây Mom", "Sà Quên", "Thươne", "Ry",
)  # fmt: skip
MIDDLE_MEN: Final = ("Văn", "Hữu", "Minh", "Quốc", "Thành", "Hoàng")
MIDDLE_WOMEN: Final = ("Thị", "Thị", "Ngọc", "Kim", "Mỹ", "Thanh")
#: names borne by people known from the press: never made
AVOIDED: Final = frozenset(("Danh Phong", "Lý Dên", "Trần Ương", "Thạch Chanh Cha"))

_TABLES: Final = {people: (list(table), list(table.values())) for people, table in SURNAMES.items()}


@dataclass(frozen=True, slots=True)
class Shares:
    """How the families of a hamlet are composed: the only trace of ethnicity are aggregates of the hamlet."""

    khmer: float
    hoa: float


def pattern(dice: Dice, shares: Shares) -> str:
    """The pattern of a family's names."""
    thrown = dice.random()
    return "khmer" if thrown < shares.khmer else "hoa" if thrown < shares.khmer + shares.hoa else "kinh"


def surname(dice: Dice, family: str) -> str:
    """A family name."""
    names, weights = _TABLES[family]
    return dice.choices(names, weights)[0]


def full_name(dice: Dice, family: str, woman: bool, last: str = "") -> str:
    """A whole name; `last` is the family name, if it is known."""
    while True:
        first = last or surname(dice, family)
        if family == "khmer" and dice.share(0.75):
            given = dice.choice(KHMER_WOMEN if woman else KHMER_MEN)
            middle = "Thị " if woman and dice.share(0.6) else ""
        else:
            given = dice.choice(WOMEN if woman else MEN)
            middle = dice.choice(MIDDLE_WOMEN if woman else MIDDLE_MEN) + " "
        name = f"{first} {middle}{given}"
        if name not in AVOIDED and given != first:
            return name
