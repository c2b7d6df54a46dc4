"""Who may pull a stream, deposit, or settle quarantine: decided here, by the registered authority."""

from toso.engine.journal.types import COMMON, user_stream
from toso.kernel.problems import Problem

from .registry import registry
from .types import DeviceIdentity


def stream_for_view(device: DeviceIdentity, stream: str) -> None:
    """Raises Problem device_revoked or stream_not_yours unless the device's owner may pull this stream now."""
    if device.revoked:
        raise Problem("device_revoked")
    if stream in (COMMON, user_stream(device.user_id)):
        return
    if registry.authority is None or stream.startswith(("user:", "system")):
        raise Problem("stream_not_yours")
    registry.authority.check_pull(device.user_id, stream)


def quarantine_for_edit(device: DeviceIdentity, stream: str, author_user: object) -> bool:
    """True when the device's owner leads the stream; False when he is only the operation's author.

    Raises Problem quarantine_unknown for anybody else: what one may not see does not exist.
    """
    if device.revoked:
        raise Problem("device_revoked")
    if stream and registry.authority is not None and registry.authority.leads(device.user_id, stream):
        return True
    if author_user == device.user_id:
        return False
    raise Problem("quarantine_unknown")
