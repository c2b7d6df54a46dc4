"""Who is let in: decided once for each request, by the rule that its endpoint names."""

from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from toso.engine.accounts import selectors, services, sessions
from toso.engine.accounts.types import DeviceView
from toso.kernel.clock import now_ms
from toso.kernel.problems import Problem


class Access(Enum):
    """The rules. What a caller may see inside is decided by the access files of the apps that own it."""

    OPEN = "open"
    """Nobody in particular: signing in, the description of the interface."""
    DEPOSIT = "deposit"
    """A device, also a revoked one: it may hand over what it holds."""
    DEVICE = "device"
    """A device that is not revoked."""
    SIGNED_IN = "signed_in"
    """A device that is not revoked, or the session of an office page."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `device` is empty for an office session."""

    user_id: UUID
    user_name: str
    language: str
    device: DeviceView | None


def admit(rule: Access, request: WSGIRequest) -> Caller | None:
    """The caller; None only for OPEN. Raises Problem unauthorised or device_revoked."""
    if rule is Access.OPEN:
        return None
    header = str(request.META.get("HTTP_AUTHORIZATION", ""))
    if not header and rule is Access.SIGNED_IN:
        return _by_session(request)
    scheme, _, token = header.partition(" ")
    device = selectors.device_by_token(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
    if device is None:
        raise Problem("unauthorised")
    if device.revoked and rule is not Access.DEPOSIT:
        raise Problem("device_revoked", wipe=int(device.wipe))
    services.touch_contact(device)
    return Caller(device.user_id, device.user_name, device.language, device)


def _by_session(request: WSGIRequest) -> Caller:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        raise Problem("unauthorised")
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = sessions.current(store, now_ms())
    if user is None:
        raise Problem("unauthorised")
    return Caller(user.id, user.name, user.language, None)
