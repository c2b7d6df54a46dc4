"""What crosses the boundary of accounts."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be created. Without `password` there is none: the user enrols by code."""

    id: UUID
    name: str
    username: str | None = None
    password: str | None = None
    language: str = "vi"
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class UserView:
    """A user as others see one. `session_hash` changes with the password and ends office sessions."""

    id: UUID
    name: str
    username: str | None
    language: str
    is_active: bool
    is_demo: bool
    session_hash: str


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a phone says about itself when it signs in."""

    name: str
    app: str = ""


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device with its user. `revoked` is also true while the user is disabled."""

    id: UUID
    user_id: UUID
    user_name: str
    language: str
    app: str
    revoked: bool
    wipe: bool
    created_at: int
    last_contact_at: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new device and its token, which is shown only here."""

    token: str
    device: DeviceView
