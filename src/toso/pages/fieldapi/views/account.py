"""Signing in and out, and who one is."""

from toso.engine.accounts import services
from toso.engine.accounts.sealing import public_key_raw_b64
from toso.engine.accounts.types import DeviceView, NewDevice, SignedIn
from toso.kernel.clock import now_ms
from toso.kernel.ids import short

from .. import schemas
from ..access import Access
from ..call import Call, member
from ..http import Answer
from ..me import standing_of
from ..registry import endpoint


def _device(body: dict[str, object]) -> NewDevice:
    device = member(body, "device", dict)
    return NewDevice(member(device, "name", str), member(device, "app", str, required=False) or "")


def _server() -> dict[str, object]:
    return {"now": now_ms(), "seal_key": public_key_raw_b64()}


def _user(device: DeviceView) -> dict[str, object]:
    return {"id": short(device.user_id), "name": device.user_name, "language": device.language}


def _signed_in(signed: SignedIn) -> Answer:
    device = signed.device
    return Answer({"token": signed.token, "device_id": short(device.id), "user": _user(device), "server": _server()})


@endpoint(
    "POST", "/api/v1/sign-in", access=Access.OPEN, body=schemas.SIGN_IN, answer=schemas.SIGNED_IN,
    problems=("sign_in_failed", "too_many_attempts", "value_invalid"),
)  # fmt: skip
def sign_in(call: Call) -> Answer:
    """Sign in by user name and password"""
    body = call.json()
    username, password = member(body, "username", str), member(body, "password", str)
    return _signed_in(
        services.sign_in(username=username, password=password, device=_device(body), address=call.address)
    )


@endpoint(
    "POST", "/api/v1/enrol", access=Access.OPEN, body=schemas.ENROL, answer=schemas.SIGNED_IN,
    problems=("code_wrong", "code_expired", "too_many_attempts", "value_invalid"),
)  # fmt: skip
def enrol(call: Call) -> Answer:
    """Enrol a phone by the code that a leader or the commune gave"""
    body = call.json()
    code = member(body, "code", str)
    return _signed_in(services.enrol(code=code, device=_device(body), address=call.address))


@endpoint("POST", "/api/v1/sign-out", access=Access.DEPOSIT, answer=None, status=204)
def sign_out(call: Call) -> Answer:
    """Sign out: the device is revoked"""
    services.sign_out(device_id=call.device.id)
    return Answer(status=204)


@endpoint("GET", "/api/v1/me", access=Access.DEVICE, answer=schemas.ME)
def me(call: Call) -> Answer:
    """Who one is, which roles one holds, which cells one serves"""
    return Answer(
        {
            "user": _user(call.device),
            "device_id": short(call.device.id),
            **standing_of(call.user.user_id, call.lang),
            "server": _server(),
        }
    )
