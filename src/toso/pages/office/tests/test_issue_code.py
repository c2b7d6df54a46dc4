"""The team page: who may open it, and a code that really lets a phone in."""

import re

import pytest

from toso.engine.accounts import services as accounts
from toso.engine.accounts.types import NewDevice
from toso.engine.audit import selectors as audit
from toso.kernel.ids import new_id, short
from toso.registers.teams.types import MemberView, TeamView

from .conftest import OLD


@pytest.fixture
def member(world, monkeypatch):
    """A member of the team of Trường Thành B, by what the register of teams answers."""
    unit, person, own = world.hamlets["Trường Thành B"], new_id(), new_id()
    teams = {unit: [TeamView(unit, own, "Tổ ấp Trường Thành B", OLD, None)]}
    members = [MemberView(unit, own, person, "Sơn Thị Mai", "member", OLD, None)]
    monkeypatch.setattr("toso.registers.teams.selectors.teams_of", lambda units: teams.get(units[0], []))
    monkeypatch.setattr("toso.registers.teams.selectors.members_of", lambda units: members if units[0] == unit else [])
    return person


def address(unit):
    return f"/office/units/{short(unit)}/team/"


@pytest.mark.parametrize(("who", "status"), [("to", 200), ("xa", 200), ("huyen", 403), ("tinh", 403), ("khong", 403)])
def test_who_opens_the_team_page(world, sign_in, member, who, status):
    unit = world.hamlets["Trường Thành B"]
    client = sign_in(who)
    assert client.get(address(unit)).status_code == status
    assert client.post(address(unit), {"member": member.hex}).status_code == status
    noted = [read.user_id for read in audit.reads(subject=f"unit:{unit}")]
    assert bool(noted) == (status == 200)


def test_leader_has_no_page_of_the_neighbours(world, sign_in, member):
    assert sign_in("to").get(address(world.hamlets["Trường Thành A"])).status_code == 403


def test_code_lets_a_phone_in_once(world, sign_in, member):
    page = sign_in("to").post(address(world.hamlets["Trường Thành B"]), {"member": member.hex}).content.decode()
    found = re.search(r'class="digits">(\d{3} \d{3})<', page)
    assert found
    assert "data:image/svg+xml" in page
    # The account is made with the first code.
    signed = accounts.enrol(code=found[1], device=NewDevice("máy"), address="a")
    assert (signed.device.user_id, signed.device.user_name) == (member, "Sơn Thị Mai")
    assert sign_in("xa").post(address(world.hamlets["Trường Thành B"]), {"member": member.hex}).status_code == 200


@pytest.mark.parametrize("wrong", ["", "no id", "019333d17875700000b4000000000000"])
def test_codes_are_for_members_of_this_team_only(world, sign_in, member, wrong):
    answer = sign_in("to").post(address(world.hamlets["Trường Thành B"]), {"member": wrong})
    assert answer.status_code == 422
    assert "Không tìm thấy thành viên này" in answer.content.decode()


def test_a_unit_without_team_says_so(world, sign_in, member):
    assert "chưa có Tổ" in sign_in("xa").get(address(world.merged)).content.decode()
