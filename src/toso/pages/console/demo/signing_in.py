"""The accounts of the demonstration: who may sign in, as what, with which code."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from toso.engine.accounts import selectors, services
from toso.engine.accounts.types import NewUser
from toso.registers.teams.types import NewMember

from . import facts
from .dice import Dice

PASSWORD: Final = "demo-to-so"  # noqa: S105 (stands in the README; such accounts exist in demonstrations only)
CODE_HOURS: Final = 24 * 365 * 20


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One line of the table: user name, person, what he is and where, and the enrolment code of his phone."""

    username: str
    name: str
    who: str
    code: str = ""
    password: str = PASSWORD

    @property
    def id(self) -> UUID:
        """The person's id."""
        return Dice("account", self.username).id_on(date(2022, 9, 26))


PROVINCE: Final = DemoAccount("tinh", "Nguyễn Thị Hồng Trang", "Cán bộ tỉnh Sóc Trăng, nay là thành phố Cần Thơ")
DISTRICT: Final = DemoAccount("huyen", "Trần Quốc Toàn", "Cán bộ huyện Long Phú cũ (huyện đã kết thúc 30/6/2025)")
COMMUNE: Final = DemoAccount("xa", "Lê Minh Thuận", "Cán bộ xã Trường Khánh, nay là xã Trường Khánh mới")
LEADER: Final = DemoAccount("totruong", "Sơn Thị Mô Ni", "Tổ trưởng, ấp Trường Thành B", "200001")
MEMBER_1: Final = DemoAccount("thanhvien1", "Thạch Sa Mết", "Thành viên, ấp Trường Thành B", "200002")
MEMBER_2: Final = DemoAccount("thanhvien2", "Nguyễn Ngọc Diễm", "Thành viên, ấp Trường Thành B", "200003")
NEIGHBOUR: Final = DemoAccount("hangxom", "Lâm Hữu Phước", "Thành viên, ấp Trường Thành A", "200004")
ACCOUNTS: Final = (PROVINCE, DISTRICT, COMMUNE, LEADER, MEMBER_1, MEMBER_2, NEIGHBOUR)

#: seats in teams: hamlet → place in the team → account
SEATS: Final = {facts.HAMLET: {0: LEADER, 2: MEMBER_1, 3: MEMBER_2}, facts.NEIGHBOUR: {2: NEIGHBOUR}}


def seat(hamlet: str, members: list[NewMember]) -> None:
    """Give the people of the accounts their places in the team of a hamlet of Trường Khánh."""
    for place, account in SEATS.get(hamlet, {}).items():
        khmer = account in (LEADER, MEMBER_1)
        members[place] = NewMember(account.id, account.name, members[place].role, khmer)


def create() -> None:
    """Create the accounts and their codes: the last step of loading."""
    services.create_users(acts=[NewUser(a.id, a.name, a.username, a.password, "vi", is_demo=True) for a in ACCOUNTS])
    for account in ACCOUNTS:
        if account.code:
            services.issue_code(user_id=account.id, by=None, hours=CODE_HOURS, code=account.code, reusable=True)


def accounts() -> tuple[DemoAccount, ...]:
    """The table of accounts, for README and the command's greeting."""
    return ACCOUNTS


def is_loaded() -> bool:
    """Whether the demonstration is there in full: the accounts are created last."""
    return selectors.user_by_username(NEIGHBOUR.username) is not None
