"""Reads of users and devices."""

from collections.abc import Sequence
from uuid import UUID

from toso.engine.journal import bulk

from . import rules
from .models import Device, EnrolmentCode, User
from .types import DeviceView, UserView

_DEVICE = ("id", "user", "app", "revoked_at", "wipe", "created_at", "last_contact_at")
DEVICE_COLUMNS = (
    "id", "user_id", "user__name", "user__language", "app", "revoked_at", "user__is_active", "wipe",
    "created_at", "last_contact_at",
)  # fmt: skip


def view_of(user: User) -> UserView:
    """A user's row as a value."""
    return UserView(
        user.id, user.name, user.username, user.language, user.is_active, user.is_demo, user.get_session_auth_hash()
    )


def device_by_token(token: str) -> DeviceView | None:
    """The device that holds this token, revoked or not; None for a token nobody holds."""
    # Asked at every request, so without the ORM.
    found = bulk.fetch(Device, _DEVICE, "token_hash", [rules.token_hash(token)])
    if not found:
        return None
    row = found[0]
    ((name, language, active),) = bulk.fetch(User, ("name", "language", "is_active"), "id", [row[1]])
    return _view((*row[:2], name, language, *row[2:4], active, *row[4:]))


def device(device_id: UUID) -> DeviceView | None:
    """One device by id."""
    return _device(pk=device_id)


def devices_of(user_id: UUID) -> list[DeviceView]:
    """All devices of a user, newest first."""
    rows = Device.objects.filter(user_id=user_id).order_by("-created_at", "-id").values_list(*DEVICE_COLUMNS)
    return [_view(row) for row in rows]


def user(user_id: UUID) -> UserView | None:
    """One user by id."""
    row = User.objects.filter(pk=user_id).first()
    return view_of(row) if row else None


def user_by_username(username: str) -> UserView | None:
    """One user by user name."""
    row = User.objects.filter(username=rules.username_form(username)).first()
    return view_of(row) if row else None


def users(user_ids: Sequence[UUID]) -> dict[UUID, UserView]:
    """Users by id; unknown ids are left out."""
    return {row.id: view_of(row) for row in User.objects.filter(pk__in=user_ids)}


def names(user_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of users by id; unknown ids are left out."""
    return dict(User.objects.filter(pk__in=user_ids).values_list("id", "name"))


def open_codes(user_id: UUID, now: int) -> int:
    """How many enrolment codes of a user may still be used."""
    return EnrolmentCode.objects.filter(user_id=user_id, used_at__isnull=True, expires_at__gt=now).count()


def _device(**key: object) -> DeviceView | None:
    row = Device.objects.filter(**key).values_list(*DEVICE_COLUMNS).first()
    return _view(row) if row else None


def _view(row: Sequence[object]) -> DeviceView:
    (id, user_id, name, language, app, revoked_at, active, wipe, created, contact) = row
    revoked = revoked_at is not None or not active
    return DeviceView(id, user_id, name, language, app, revoked, wipe, created, contact)  # type: ignore[arg-type]
