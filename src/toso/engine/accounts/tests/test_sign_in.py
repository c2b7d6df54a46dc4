"""Passwords: right, wrong, too many, too short."""

import pytest
from pytest_django import Settings

from toso.engine.accounts import selectors, services
from toso.engine.accounts.rules import ADDRESS_LIMIT, LOCK_AFTER, LOCK_MS
from toso.engine.accounts.types import NewDevice, NewUser
from toso.kernel.clock import frozen
from toso.kernel.ids import new_id
from toso.kernel.problems import Problem

from .factories import PASSWORD, make_device, make_user

pytestmark = pytest.mark.django_db
PHONE = NewDevice("Máy của tôi", "test")


def refused(username, password, address="10.0.0.9"):
    with pytest.raises(Problem) as caught:
        services.verify(username=username, password=password, address=address)
    return caught.value.code


def test_sign_in_gives_a_token_that_finds_the_device():
    user = make_user("xa", name="Trần Văn Xã")
    signed = services.sign_in(username=" XA ", password=PASSWORD, device=PHONE, address="10.0.0.9")
    found = selectors.device_by_token(signed.token)
    assert found is not None
    assert (found.user_id, found.user_name, found.revoked, found.id) == (
        user, "Trần Văn Xã", False, signed.device.id,
    )  # fmt: skip


def test_device_is_found_by_two_plain_reads(django_assert_num_queries):
    token = make_device(make_user()).token
    with django_assert_num_queries(2):
        selectors.device_by_token(token)
    with django_assert_num_queries(1):
        assert selectors.device_by_token("no such token \ud800") is None


def test_wrong_password_and_unknown_name_answer_alike():
    make_user("xa")
    assert refused("xa", "wrong") == refused("nobody", "wrong") == "sign_in_failed"


def test_five_failures_lock_the_name_known_or_not_and_time_opens_it():
    make_user("xa")
    for name in ("xa", "nobody"):
        with frozen(1_700_000_000_000):
            assert [refused(name, "wrong", name) for _ in range(LOCK_AFTER)] == ["sign_in_failed"] * LOCK_AFTER
            assert refused(name, PASSWORD, name) == "too_many_attempts"
    with frozen(1_700_000_000_000 + LOCK_MS + 1):
        assert services.verify(username="xa", password=PASSWORD, address="a").username == "xa"


def test_success_clears_the_failures_of_the_name():
    make_user("xa")
    for _ in range(3):
        for _ in range(LOCK_AFTER - 1):
            refused("xa", "wrong")
        services.verify(username="xa", password=PASSWORD, address="10.0.0.9")


def test_many_failures_from_one_address_lock_the_address_only():
    make_user("xa")
    for turn in range(ADDRESS_LIMIT):
        refused(f"guess{turn}", "wrong")
    assert refused("xa", PASSWORD) == "too_many_attempts"
    assert services.verify(username="xa", password=PASSWORD, address="10.0.0.10").username == "xa"


def test_members_have_no_password():
    services.create_users(acts=[NewUser(id=new_id(), name="Lý Sương", username="ly")])
    assert refused("ly", "") == "sign_in_failed"


def test_disabled_user_cannot_sign_in_and_devices_count_as_revoked():
    user = make_user("xa")
    signed = make_device(user)
    services.disable_users(user_ids=[user])
    assert refused("xa", PASSWORD) == "sign_in_failed"
    found = selectors.device_by_token(signed.token)
    assert found is not None
    assert found.revoked


@pytest.mark.parametrize(("password", "second", "fine"), [("a" * 13, False, False), ("a" * 14, False, True),
                                                          ("a" * 7, True, False), ("a" * 8, True, True)])  # fmt: skip
def test_length_of_passwords(password, second, fine):
    user = make_user("xa")
    if fine:
        services.set_password(user_id=user, password=password, second_factor=second)
        assert services.verify(username="xa", password=password, address="a").id == user
    else:
        with pytest.raises(Problem, match="value_invalid"):
            services.set_password(user_id=user, password=password, second_factor=second)


def test_new_password_ends_sessions():
    user = make_user("xa")
    before = selectors.user(user)
    services.set_password(user_id=user, password="another password, longer")
    after = selectors.user(user)
    assert before is not None
    assert after is not None
    assert before.session_hash != after.session_hash


def test_create_users_is_set_based_and_refuses_doubles(django_assert_max_num_queries):
    acts = [NewUser(id=new_id(), name=f"Người {n}", is_demo=True) for n in range(400)]
    with django_assert_max_num_queries(8):
        services.create_users(acts=acts)
    with pytest.raises(Problem, match="already_exists"):
        services.create_users(acts=acts[:1])
    make_user("xa")
    with pytest.raises(Problem, match="already_exists"):
        make_user("Xa")


@pytest.mark.parametrize(("name", "language", "code"), [(" ", "vi", "value_invalid"), ("x" * 121, "vi", "text_too_long"),
                                                        ("x", "fr", "value_invalid")])  # fmt: skip
def test_wrong_values_of_users(name, language, code):
    with pytest.raises(Problem, match=code):
        make_user(None, name=name, language=language)


def test_short_password_of_demonstration_users(settings: Settings):
    services.create_users(acts=[NewUser(new_id(), "Mẫu", "tinh", "demo-to-so", is_demo=True)])
    assert services.verify(username="tinh", password="demo-to-so", address="a").is_demo
    with pytest.raises(Problem, match="value_invalid"):
        services.create_users(acts=[NewUser(new_id(), "Thật", "that", "demo-to-so")])


def test_unused_officials_are_disabled_after_45_days():
    with frozen(1_700_000_000_000):
        user = make_user("xa")
        services.verify(username="xa", password=PASSWORD, address="a")
    day = 86_400_000
    assert services.disable_unused(now=1_700_000_000_000 + 44 * day) == 0
    assert services.disable_unused(now=1_700_000_000_000 + 46 * day) == 1
    found = selectors.user(user)
    assert found is not None
    assert not found.is_active


def test_ensure_users_creates_only_who_is_missing():
    one = make_user(name="Kim Sơn")
    other = new_id()
    services.ensure_users(acts=[NewUser(one, "Tên khác"), NewUser(other, "Lý Sương")])
    assert selectors.names([one, other]) == {one: "Kim Sơn", other: "Lý Sương"}
