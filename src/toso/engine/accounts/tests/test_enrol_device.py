"""Enrolment codes and devices."""

import pytest
from pytest_django import Settings

from toso.engine.accounts import selectors, services
from toso.engine.accounts.models import Device, EnrolmentCode
from toso.engine.accounts.rules import ENROL_ADDRESS_LIMIT, ENROL_ALL_LIMIT, TOUCH_MS
from toso.engine.accounts.types import NewDevice
from toso.kernel.clock import frozen, now_ms
from toso.kernel.ids import new_id
from toso.kernel.problems import Problem

from .factories import make_device, make_user

pytestmark = pytest.mark.django_db
PHONE = NewDevice("Redmi 9A", "test")


def enrol(code, address="10.0.0.1"):
    try:
        return services.enrol(code=code, device=PHONE, address=address)
    except Problem as problem:
        return problem.code


def test_code_enrols_once():
    user = make_user()
    code = services.issue_code(user_id=user, by=make_user("xa"))
    assert len(code) == 6
    assert code.isdecimal()
    assert enrol(f"{code[:3]} {code[3:]}").device.user_id == user
    assert enrol(code) == "code_expired"


def test_code_expires():
    user, now = make_user(), now_ms()
    code = services.issue_code(user_id=user, by=None, hours=72)
    with frozen(now + 73 * 3_600_000):
        assert enrol(code) == "code_expired"
        assert selectors.open_codes(user, now_ms()) == 0


def test_code_of_a_disabled_user_is_wrong():
    user = make_user()
    code = services.issue_code(user_id=user, by=None)
    services.disable_users(user_ids=[user])
    assert enrol(code) == "code_wrong"
    with pytest.raises(Problem, match="member_unknown"):
        services.issue_code(user_id=user, by=None)


def test_codes_are_not_stored_in_clear():
    code = services.issue_code(user_id=make_user(), by=None)
    assert code not in EnrolmentCode.objects.get().code_hash


def test_guessing_is_stopped_by_address():
    code = services.issue_code(user_id=make_user(), by=None)
    assert [enrol("000000x") for _ in range(ENROL_ADDRESS_LIMIT)] == ["code_wrong"] * ENROL_ADDRESS_LIMIT
    assert enrol(code) == "too_many_attempts"
    assert not isinstance(enrol(code, "10.0.0.2"), str)


def test_guessing_from_many_addresses_stops_short_codes_not_long_ones():
    short = services.issue_code(user_id=make_user(), by=None)
    long = services.issue_code(user_id=make_user(), by=None, digits=20)
    for turn in range(ENROL_ALL_LIMIT):
        enrol("00x", f"10.1.0.{turn}")
    assert enrol(short) == "too_many_attempts"
    assert not isinstance(enrol(long), str)


def test_reusable_codes_exist_in_demonstrations_only(settings: Settings):
    user = make_user()
    settings.DEMO = False
    with pytest.raises(ValueError, match="demonstrations"):
        services.issue_code(user_id=user, by=None, code="111111", reusable=True)
    settings.DEMO = True
    services.issue_code(user_id=user, by=None, code="111111", reusable=True)
    assert enrol("111111").device.id != enrol("111111").device.id
    with pytest.raises(Problem, match="already_exists"):
        services.issue_code(user_id=user, by=None, code="111111", reusable=True)


def test_revoked_device_is_still_recognised():
    signed = make_device(make_user())
    services.revoke_device(device_id=signed.device.id, wipe=True)
    found = selectors.device_by_token(signed.token)
    assert found is not None
    assert (found.revoked, found.wipe) == (True, True)
    first = Device.objects.get().revoked_at
    services.sign_out(device_id=signed.device.id)
    assert Device.objects.get().revoked_at == first


def test_contact_is_written_once_a_minute(django_assert_num_queries):
    device = make_device(make_user()).device
    with frozen(device.last_contact_at + TOUCH_MS - 1), django_assert_num_queries(0):
        services.touch_contact(device)
    with frozen(device.last_contact_at + TOUCH_MS), django_assert_num_queries(1):
        services.touch_contact(device)
    found = selectors.device(device.id)
    assert found is not None
    assert found.last_contact_at == device.last_contact_at + TOUCH_MS


def test_device_names_are_cut_not_refused():
    user = make_user()
    code = services.issue_code(user_id=user, by=None)
    services.enrol(code=code, device=NewDevice("M" * 500, "a" * 500), address="a")
    assert len(Device.objects.get().name) == 80
    assert [device.user_id for device in selectors.devices_of(user)] == [user]


def test_names_and_unknown_ids():
    user = make_user(name="Kim Sơn")
    assert selectors.names([user, new_id()]) == {user: "Kim Sơn"}
    assert selectors.user(new_id()) is None
    assert selectors.device(new_id()) is None


def test_prune_removes_old_codes_and_counters():
    services.issue_code(user_id=make_user(), by=None)
    enrol("wrong")
    services.prune(now=now_ms())
    assert EnrolmentCode.objects.count() == 1
    services.prune(now=now_ms() + 100 * 86_400_000)
    assert EnrolmentCode.objects.count() == 0
