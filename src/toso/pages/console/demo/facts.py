"""What the demonstration must show on 30 September 2024, and the places of Long Phú.

The district's figures are those of an article of September 2024; how they fall upon communes and hamlets is invented,
so are all hamlet names but some. Two readings of the article meet here: 73 teams = 61 hamlets + 11 communes + 1 district,
and Trường Khánh has 7 teams, so it has 6 hamlets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

FACTS_DAY: Final = date(2024, 9, 30)
FIRST_DAY: Final = date(2022, 10, 3)
CAMPAIGN: Final = (date(2024, 10, 1), date(2024, 10, 10))
SENE_DOLTA_ENDS: Final = date(2024, 10, 3)
MERGER: Final = date(2025, 7, 1)

PROVINCE: Final = "94"
DISTRICT: Final = "946"
COMMUNE: Final = "31654"
SUCCESSOR: Final = "31654"  # the code of the commune that took Trường Khánh over is the same
HAMLET: Final = "Trường Thành B"
NEIGHBOUR: Final = "Trường Thành A"

TEAMS: Final = 775
MEMBERS: Final = 5045
PARTICIPANTS: Final = 47_240
#: participants of households that no Zalo group reaches: 2 %
UNREACHED: Final = 945
COMMUNE_PARTICIPANTS: Final = 8_400
DECLARED_ACCOUNTS: Final = 8_100
RECORDED_ACCOUNTS: Final = 226
COMMUNE_MEMBERS_A_TEAM: Final = 7
COMMUNE_GROUPS: Final = 55
COMMUNE_GROUP_MEMBERS: Final = 836
#: the demonstration hamlet: households, people
HAMLET_SIZE: Final = (431, 1530)

#: household size → households of the district
SIZES: Final = {1: 2103, 2: 4733, 3: 6937, 4: 5946, 5: 3681, 6: 1840, 7: 657, 8: 394}

#: hamlets with teams, and those without one (a gap to be seen), outside Long Phú
OTHER_HAMLETS: Final = 602
OTHER_HAMLET_TEAMS: Final = 595
OTHER_PEOPLE: Final = 1_106_293
KHMER_SHARE: Final = {"province": 0.302, "district": 0.285, "commune": 0.446}
HOA_SHARE: Final = {"province": 0.059, "district": 0.035, "commune": 0.025}

SOURCE: Final = "Dữ liệu mẫu: Báo cáo số 48/BC-TCNSCĐ ngày 28/6/2024, Phụ lục 1"


@dataclass(frozen=True, slots=True)
class CommuneFact:
    """A commune of Long Phú: people and households on the day, and its hamlets."""

    code: str
    people: int
    households: int
    hamlets: Sequence[str]


LONG_PHU: Final = (
    CommuneFact("31639", 12952, 3647, ("1", "2", "3", "4", "5", "Bưng Tre", "Bưng Sen", "Sóc Dừa", "Long Thuận")),
    CommuneFact("31642", 6301, 1775, ("Phụng Tường 1", "Phụng Tường 2", "Phụng An", "Phụng Hòa")),
    CommuneFact("31645", 5735, 1615, ("Ngãi Hội 1", "Ngãi Hội 2", "Ngãi Bình", "Ngãi Phú")),
    CommuneFact("31648", 5335, 1502, ("Thạnh An", "Thạnh Bình", "Bưng Dừa")),
    CommuneFact(
        "31651", 10118, 2849,
        ("Đức Thành A", "Đức Thành B", "Đức An", "Đức Bình", "Đức Hòa", "Đức Lợi", "Sóc Tre"),
    ),
    CommuneFact(
        "31654", 11679, 3289,
        ("Trường Thành A", "Trường Thành B", "Trường An", "Trường Bình", "Trường Hưng", "Trường Lộc"),
    ),
    CommuneFact("31657", 5358, 1509, ("Phú An", "Phú Bình", "Phú Hòa", "Phú Thành")),
    CommuneFact(
        "31660", 10834, 3051,
        ("Hưng Thành A", "Hưng Thành B", "Hưng An", "Hưng Bình", "Hưng Lợi", "Bưng Tròn", "Sóc Mới"),
    ),
    CommuneFact("31663", 5125, 1443, ("Khánh An", "Khánh Bình", "Bưng Cỏ")),
    CommuneFact("31666", 7180, 2022, ("Tân Hội", "Tân Lập", "Tân An", "Tân Bình", "Sóc Lớn")),
    CommuneFact(
        "31669", 12743, 3589,
        ("Bưng Long", "Bưng Thum", "Bưng Cốc", "Sóc Giữa", "Long An", "Long Bình", "Long Hòa", "Long Hưng", "Long Thành"),
    ),
)  # fmt: skip

#: how Khmer a hamlet is, against its commune's share; others by their names
KHMER_WEIGHT: Final = {"Trường Thành B": 1.35, "Trường Thành A": 1.15, "Trường Lộc": 0.6, "Trường Hưng": 0.8}
KHMER_NAMES: Final = ("Bưng", "Sóc", "Giồng")

CLUSTERS: Final = (
    "Tuyến lộ nhựa", "Tuyến kênh Mới", "Tuyến rạch Cây Dừa", "Tuyến bờ đê", "Tổ tự quản số 1", "Tổ tự quản số 2",
    "Tổ tự quản số 3", "Tuyến kênh Năm", "Tuyến xóm chùa",
)  # fmt: skip
TOPICS: Final = (
    ("policy", "Tin chính sách"), ("weather", "Thời tiết mùa vụ"), ("salinity", "Tin mặn, nước ngọt"),
    ("pests", "Sâu bệnh"), ("safety", "An ninh trật tự"), ("local", "Tin trong xóm"),
)  # fmt: skip
NOTES: Final = (
    "Nhà đang gặt lúa, hẹn lại chiều cuối tuần.", "Máy yếu, cần dọn bớt bộ nhớ.", "Cần chỉ lại cách quét mã.",
    "Đã dặn không đưa mã cho người lạ.", "Muốn xem tin mặn mỗi sáng.", "Hẹn đem theo giấy tờ lần sau.",
)  # fmt: skip
HAMLET_WORDS: Final = ("An", "Bình", "Hòa", "Thành", "Phú", "Lợi", "Trung", "Hưng", "Mỹ", "Phước", "Thới", "Đông")
KHMER_PLACES: Final = ("Bưng Sen", "Sóc Mới", "Giồng Dừa", "Bưng Tre", "Sóc Lớn", "Giồng Cát", "Bưng Cỏ", "Sóc Tre")
