"""What a view is called with: the request, parsed as far as all views need it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.handlers.wsgi import WSGIRequest

from toso.engine.accounts.types import DeviceView
from toso.engine.sync.types import DeviceIdentity
from toso.kernel.ids import parse_id
from toso.kernel.problems import Problem

from .access import Caller
from .http import address_of, read_json

TEXT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request."""

    request: WSGIRequest
    caller: Caller | None
    lang: str

    @property
    def user(self) -> Caller:
        """The caller of an endpoint that is not open."""
        if self.caller is None:
            raise Problem("unauthorised")
        return self.caller

    @property
    def device(self) -> DeviceView:
        """The device of an endpoint for devices."""
        if self.user.device is None:
            raise Problem("unauthorised")
        return self.user.device

    @property
    def identity(self) -> DeviceIdentity:
        """The device as sync knows it."""
        device = self.device
        return DeviceIdentity(device.id, device.user_id, device.revoked, device.last_contact_at)

    @property
    def address(self) -> str:
        """Where the request comes from."""
        return address_of(self.request)

    def json(self) -> dict[str, Any]:
        """The body's JSON object."""
        return read_json(self.request)

    def text(self, name: str) -> str:
        """A query parameter, empty when absent."""
        value = self.request.GET.get(name, "").strip()
        if len(value) > TEXT_LIMIT:
            raise Problem("text_too_long", field=name, limit=TEXT_LIMIT)
        return value

    def day(self, name: str) -> date | None:
        """A query parameter as a day YYYY-MM-DD, None when absent. Raises Problem date_invalid."""
        text = self.text(name)
        if not text:
            return None
        try:
            if len(text) != 10:
                raise ValueError("only YYYY-MM-DD")
            return date.fromisoformat(text)
        except ValueError:
            raise Problem("date_invalid", field=name) from None

    def id(self, name: str, code: str) -> UUID | None:
        """A query parameter as an id, None when absent. Raises the problem `code` when it is none."""
        text = self.text(name)
        return path_id(text, code) if text else None

    def whole(self, name: str, default: int, least: int = 0, most: int = 2**53) -> int:
        """A query parameter as a whole number. Raises Problem value_invalid."""
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdecimal()) or not least <= int(text[:20]) <= most:
            raise Problem("value_invalid", field=name)
        return int(text)


def path_id(text: str, code: str = "not_found") -> UUID:
    """An id out of a path or query, in either form. Raises the problem `code`."""
    try:
        return parse_id(text)
    except ValueError:
        raise Problem(code) from None


def member(body: dict[str, Any], name: str, kind: type, *, required: bool = True) -> Any:
    """A member of a body, of this type. Raises Problem value_invalid naming it."""
    value: Any = body.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, kind) or (kind is str and required and not str(value).strip()):
        raise Problem("value_invalid", field=name)
    return value
