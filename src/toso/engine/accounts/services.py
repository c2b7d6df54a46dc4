"""Writes: users, sign-in, enrolment codes, devices.

Failures are counted in a transaction of their own before the problem is raised, so that a refused attempt leaves
its mark.
"""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from toso.kernel.clock import now_ms
from toso.kernel.ids import new_id
from toso.kernel.messages import LANGUAGES
from toso.kernel.problems import Problem
from toso.kernel.text import nfc

from . import rules, selectors
from .models import Device, EnrolmentCode, Throttle, User
from .types import DeviceView, NewDevice, NewUser, SignedIn, UserView


def create_users(*, acts: Sequence[NewUser]) -> list[UUID]:
    """Create users, set-based; user names that exist raise `already_exists`, short passwords `value_invalid`."""
    hashes: dict[str, str] = {}
    now, rows = now_ms(), []
    for act in acts:
        name = nfc(act.name)
        if not name:
            raise Problem("value_invalid", field="name")
        if len(name) > rules.NAME_LIMIT:
            raise Problem("text_too_long", field="name", limit=rules.NAME_LIMIT)
        if act.language not in LANGUAGES:
            raise Problem("value_invalid", field="language")
        # One hash for equal passwords only in demonstrations, where everybody has the same one.
        known = hashes.get(act.password or "") if act.is_demo else None
        password = known or _password_hash(act.password, demo=act.is_demo)
        hashes[act.password or ""] = password
        username = rules.username_form(act.username) if act.username else None
        rows.append(
            User(
                id=act.id, username=username, name=name, language=act.language, password=password,
                is_demo=act.is_demo, created_at=now,
            )
        )  # fmt: skip
    try:
        with transaction.atomic():
            User.objects.bulk_create(rows, batch_size=500)
    except IntegrityError:
        raise Problem("already_exists") from None
    return [row.id for row in rows]


def ensure_users(*, acts: Sequence[NewUser]) -> None:
    """Create those of the users that do not exist yet: a member gets an account when a phone is first let in."""
    with transaction.atomic():
        known = selectors.names([act.id for act in acts])
        create_users(acts=[act for act in acts if act.id not in known])


def set_password(*, user_id: UUID, password: str, second_factor: bool = False) -> None:
    """Give a user a password; ends his office sessions."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise Problem("member_unknown")
    hashed = _password_hash(password, demo=user.is_demo, second_factor=second_factor)
    User.objects.filter(pk=user_id).update(password=hashed)


def set_language(*, user_id: UUID, language: str) -> None:
    """The language in which a user is answered."""
    if language not in LANGUAGES:
        raise Problem("value_invalid", field="language")
    User.objects.filter(pk=user_id).update(language=language)


def disable_users(*, user_ids: Sequence[UUID]) -> None:
    """Disable users: they cannot sign in, their devices count as revoked."""
    User.objects.filter(pk__in=user_ids).update(is_active=False)


def disable_unused(*, now: int) -> int:
    """Disable officials who were not seen for 45 days; answers how many."""
    limit = now - rules.UNUSED_MS
    unused = User.objects.filter(is_active=True, is_demo=False, username__isnull=False).filter(
        Q(last_seen_at__lt=limit) | Q(last_seen_at__isnull=True, created_at__lt=limit)
    )
    return unused.update(is_active=False)


def verify(*, username: str, password: str, address: str) -> UserView:
    """The user with this name and password; else `sign_in_failed`, or `too_many_attempts` after five failures."""
    now = now_ms()
    by_user = rules.throttle_key("sign-in-user", rules.username_form(username))
    by_address = rules.throttle_key("sign-in-from", address)
    _refuse_over(by_user, rules.LOCK_AFTER, rules.LOCK_MS, now)
    _refuse_over(by_address, rules.ADDRESS_LIMIT, rules.ADDRESS_MS, now)
    user = User.objects.filter(username=rules.username_form(username)).first()
    # An unknown name costs the same time as a wrong password.
    stored = user.password if user and user.has_usable_password() else _dummy_hash()
    if not check_password(password, stored) or user is None or not user.is_active:
        _count(by_user, rules.LOCK_MS, now)
        _count(by_address, rules.ADDRESS_MS, now)
        raise Problem("sign_in_failed")
    Throttle.objects.filter(pk=by_user).delete()
    User.objects.filter(pk=user.pk).update(last_seen_at=now)
    return selectors.view_of(user)


def sign_in(*, username: str, password: str, device: NewDevice, address: str) -> SignedIn:
    """Check name and password and give the phone or program a token."""
    return _new_device(verify(username=username, password=password, address=address).id, device)


def issue_code(
    *, user_id: UUID, by: UUID | None, digits: int = 6, hours: int = 72, code: str | None = None, reusable: bool = False
) -> str:
    """A new enrolment code of a user, in clear for the one time. A chosen or reusable code: demonstrations only."""
    if (code or reusable) and not settings.DEMO:
        raise ValueError("chosen and reusable codes exist in demonstrations only")
    now = now_ms()
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Problem("member_unknown")
    with transaction.atomic():
        EnrolmentCode.objects.filter(used_at__isnull=True, expires_at__lte=now).delete()
        while True:
            clear = code or rules.new_code(digits)
            hashed = rules.code_hash(clear, settings.SECRET_KEY)
            if not EnrolmentCode.objects.filter(code_hash=hashed, used_at__isnull=True).exists():
                break
            if code:
                raise Problem("already_exists")
        EnrolmentCode.objects.create(
            code_hash=hashed, user=user, created_by_id=by, created_at=now,
            expires_at=now + hours * 3_600_000, reusable=reusable,
        )  # fmt: skip
    return clear


def enrol(*, code: str, device: NewDevice, address: str) -> SignedIn:
    """Turn a code into a token: `code_wrong`, `code_expired`, or `too_many_attempts` for guessing."""
    now = now_ms()
    by_address = rules.throttle_key("enrol-from", address)
    _refuse_over(by_address, rules.ENROL_ADDRESS_LIMIT, rules.ENROL_MS, now)
    if rules.is_short(code):
        # Short codes stop working for everybody while many guess; the long ones of QR pictures go on.
        _refuse_over("enrol-all", rules.ENROL_ALL_LIMIT, rules.ENROL_MS, now)
    hashed = rules.code_hash(code, settings.SECRET_KEY)
    problem = "code_wrong"
    with transaction.atomic():
        found = EnrolmentCode.objects.select_related("user").filter(code_hash=hashed).order_by("-id").first()
        if found is not None and found.user.is_active:
            problem = "code_expired" if found.used_at is not None or found.expires_at <= now else ""
        if found is not None and not problem:
            # The condition makes one of two phones win that use a code at the same moment.
            open_code = EnrolmentCode.objects.filter(pk=found.pk, used_at__isnull=True)
            if found.reusable or open_code.update(used_at=now):
                User.objects.filter(pk=found.user_id).update(last_seen_at=now)
                return _new_device(found.user_id, device)
            problem = "code_expired"
    _count(by_address, rules.ENROL_MS, now)
    if problem == "code_wrong":
        _count("enrol-all", rules.ENROL_MS, now)
    raise Problem(problem)


def revoke_devices(*, device_ids: Sequence[UUID], wipe: bool = False) -> None:
    """Revoke devices; `wipe` tells the phone at its next contact to drop what it holds. Repeating changes nothing."""
    Device.objects.filter(pk__in=device_ids, revoked_at__isnull=True).update(revoked_at=now_ms())
    if wipe:
        Device.objects.filter(pk__in=device_ids).update(wipe=True)


def revoke_device(*, device_id: UUID, wipe: bool = False) -> None:
    """Revoke one device."""
    revoke_devices(device_ids=[device_id], wipe=wipe)


def sign_out(*, device_id: UUID) -> None:
    """The phone gives its token back."""
    revoke_devices(device_ids=[device_id])


def touch_contact(device: DeviceView) -> None:
    """Note that a device was in contact; at most one write a minute and device."""
    now = now_ms()
    if now - device.last_contact_at >= rules.TOUCH_MS:
        Device.objects.filter(pk=device.id, last_contact_at__lt=now).update(last_contact_at=now)


def prune(*, now: int) -> None:
    """Remove counters of failures that no longer count, and codes that expired 90 days ago."""
    Throttle.objects.filter(since__lt=now - max(rules.ENROL_MS, rules.LOCK_MS, rules.ADDRESS_MS)).delete()
    EnrolmentCode.objects.filter(expires_at__lt=now - 90 * 86_400_000).delete()


def _new_device(user_id: UUID, device: NewDevice) -> SignedIn:
    token, now = rules.new_token(), now_ms()
    row = Device.objects.create(
        id=new_id(), user_id=user_id, name=nfc(device.name)[: rules.DEVICE_NAME_LIMIT],
        app=nfc(device.app)[: rules.APP_LIMIT], token_hash=rules.token_hash(token), created_at=now, last_contact_at=now,
    )  # fmt: skip
    view = selectors.device(row.pk)
    assert view is not None
    return SignedIn(token, view)


def _password_hash(password: str | None, *, demo: bool, second_factor: bool = False) -> str:
    if password is None:
        return make_password(None)
    if not rules.password_long_enough(password, second_factor=second_factor, demo=demo):
        least = rules.PASSWORD_WITH_SECOND_FACTOR if second_factor else rules.PASSWORD_ALONE
        raise Problem("value_invalid", field="password", minimum=least)
    return make_password(password)


_dummy: dict[str, str] = {}


def _dummy_hash() -> str:
    # Made once and with the hasher in use, so that checking it takes as long as checking a real one.
    if settings.PASSWORD_HASHERS[0] not in _dummy:
        _dummy[settings.PASSWORD_HASHERS[0]] = make_password("nobody has this password")
    return _dummy[settings.PASSWORD_HASHERS[0]]


def _refuse_over(key: str, limit: int, window: int, now: int) -> None:
    if Throttle.objects.filter(pk=key, since__gt=now - window, count__gte=limit).exists():
        raise Problem("too_many_attempts", minutes=window // 60_000)


def _count(key: str, window: int, now: int) -> None:
    with transaction.atomic():
        # The window begins with its first failure.
        if not Throttle.objects.filter(pk=key, since__gt=now - window).update(count=F("count") + 1):
            Throttle.objects.update_or_create(key=key, defaults={"since": now, "count": 1})
