"""Identifiers: UUIDv7, and the 22-character form that travels and is stored in journals.

The short form is base64url without padding. Its alphabet does not sort like the bytes: compare UUIDs, not
short texts, wherever "the lower id" matters.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from functools import lru_cache
from typing import Final

from uuid_utils.compat import uuid7

SHORT_LENGTH: Final = 22
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_SHORT: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
_HYPHENATED: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def new_id() -> uuid.UUID:
    """A new UUIDv7, greater than every one this process made before (also when the clock steps back)."""
    return uuid7()


def short(id: uuid.UUID) -> str:
    """The 22-character base64url form of an id, without padding."""
    return binascii.b2a_base64(id.bytes, newline=False)[:SHORT_LENGTH].translate(_URL_SAFE).decode("ascii")


def parse_id(text: str) -> uuid.UUID:
    """The id written as 22 characters or in the hyphenated form (either case).

    Raises ValueError for anything else, and for a short form whose unused last four bits are not zero:
    one id has one short form, so short forms may be compared for equality.
    """
    if isinstance(text, str):
        return _parsed(text)
    raise ValueError("not an id")


# An operation names the same few ids over and over; remembering them halves the cost of a batch.
@lru_cache(maxsize=16384)
def _parsed(text: str) -> uuid.UUID:
    if _SHORT.fullmatch(text):
        return uuid.UUID(bytes=base64.urlsafe_b64decode(text + "=="))
    if _HYPHENATED.fullmatch(text):
        return uuid.UUID(text)
    raise ValueError("not an id")


def id_time_ms(id: uuid.UUID) -> int:
    """The moment a UUIDv7 was made, in milliseconds since 1970 UTC. Raises ValueError for other versions."""
    if id.version != 7:
        raise ValueError("only a UUIDv7 carries its time")
    return id.int >> 80
