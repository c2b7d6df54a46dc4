"""The services the teams promote, with their ladders (facts of the field; names may be changed by officials)."""

from uuid import UUID, uuid5

from .types import ServiceAct, Stage

NAMESPACE = UUID("01920000-0000-7000-8000-00000000c0de")
TOLD = Stage("told", {"vi": "Đã hướng dẫn, giới thiệu", "km": "បានណែនាំ", "en": "Told about it"})
SET_UP = Stage("set_up", {"vi": "Đã cài đặt", "km": "បានដំឡើង", "en": "Set up"}, ("account",))
WITH_HELP = Stage(
    "with_help",
    {"vi": "Làm được khi có người giúp", "km": "ប្រើបានពេលមានគេជួយ", "en": "Used with help"},
    ("account", "use"),
)
ALONE = Stage("alone", {"vi": "Tự làm được", "km": "ប្រើបានដោយខ្លួនឯង", "en": "Uses it alone"}, ("account", "use"))
LADDER = (TOLD, SET_UP, WITH_HELP, ALONE)
VNEID = (
    TOLD,
    Stage("installed", {"vi": "Đã cài", "km": "បានដំឡើង", "en": "Installed"}),
    Stage(
        "level_2", {"vi": "Đã kích hoạt mức 2", "km": "បានបើកដំណើរការកម្រិត ២", "en": "Level 2 activated"}, ("account",)
    ),
    Stage("alone", {"vi": "Tự dùng được", "km": "ប្រើបានដោយខ្លួនឯង", "en": "Uses it alone"}, ("account", "use")),
)
SKILL = (
    TOLD,
    Stage(
        "with_help",
        {"vi": "Làm được khi có người giúp", "km": "ធ្វើបានពេលមានគេជួយ", "en": "Can do it with help"},
        ("use",),
    ),
    Stage("alone", {"vi": "Tự làm được", "km": "ធ្វើបានដោយខ្លួនឯង", "en": "Can do it alone"}, ("use",)),
)


def _service(
    rank: int, code: str, group: str, icon: str, vi: str, km: str, en: str, stages: tuple[Stage, ...]
) -> ServiceAct:
    return ServiceAct(uuid5(NAMESPACE, code), code, group, {"vi": vi, "km": km, "en": en}, stages, icon, rank=rank)


SEED = (
    _service(
        1,
        "vneid",
        "identity",
        "id",
        "Định danh điện tử VNeID",
        "អត្តសញ្ញាណអេឡិចត្រូនិក VNeID",
        "Digital identity VNeID",
        VNEID,
    ),
    _service(
        2,
        "dich_vu_cong",
        "public_service",
        "form",
        "Dịch vụ công trực tuyến",
        "សេវាសាធារណៈអនឡាញ",
        "Online public services",
        LADDER,
    ),
    _service(
        3,
        "thanh_toan",
        "cashless",
        "pay",
        "Thanh toán không dùng tiền mặt, ví điện tử",
        "ការទូទាត់មិនប្រើសាច់ប្រាក់",
        "Cashless payment and e-wallets",
        LADDER,
    ),
    _service(
        4,
        "dien_thoai",
        "smartphone",
        "phone",
        "Sử dụng điện thoại thông minh",
        "ការប្រើទូរសព្ទឆ្លាត",
        "Using a smartphone",
        SKILL,
    ),
    _service(
        5,
        "cong_dan_soc_trang",
        "public_service",
        "people",
        "Công dân Sóc Trăng",
        "ពលរដ្ឋសុកត្រាំង",
        "Công dân Sóc Trăng app",
        LADDER,
    ),
    _service(
        6, "zalo_oa", "news", "news", "Zalo OA Sóc Trăng", "Zalo OA សុកត្រាំង", "Zalo official account Sóc Trăng", SKILL
    ),
    _service(7, "stv", "news", "tv", "Ứng dụng truyền hình STV", "កម្មវិធីទូរទស្សន៍ STV", "STV television app", SKILL),
    _service(
        8, "san_tmdt", "commerce", "shop", "Sàn thương mại điện tử", "ផ្សារអេឡិចត្រូនិក", "E-commerce marketplaces", LADDER
    ),
)
