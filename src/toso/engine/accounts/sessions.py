"""Who an office session belongs to, and when it ends: after 15 idle minutes, or when the password changes."""

from typing import Final
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from . import selectors
from .types import UserView

IDLE_MS: Final = 15 * 60_000
WRITE_MS: Final = 30_000
_USER: Final = "user"
_HASH: Final = "hash"
_SEEN: Final = "seen"


def begin(session: SessionBase, user: UserView, now: int) -> None:
    """Tie a fresh session to a user who gave his password."""
    session.flush()
    session[_USER], session[_HASH], session[_SEEN] = user.id.hex, user.session_hash, now


def current(session: SessionBase, now: int) -> UserView | None:
    """The user of a session; None when there is none, or when it has ended."""
    held, seen = session.get(_USER), session.get(_SEEN)
    if held is None or not isinstance(seen, int) or now - seen > IDLE_MS:
        return None
    user = selectors.user(UUID(held))
    if user is None or not user.is_active or not constant_time_compare(user.session_hash, session.get(_HASH, "")):
        return None
    return user


def idle(session: SessionBase, now: int) -> bool:
    """Whether a session ended because nobody used it."""
    seen = session.get(_SEEN)
    return isinstance(seen, int) and now - seen > IDLE_MS


def keep(session: SessionBase, now: int) -> None:
    """Note that the user is there; written at most twice a minute."""
    if now - int(session.get(_SEEN, 0)) >= WRITE_MS:
        session[_SEEN] = now
