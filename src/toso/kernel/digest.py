"""State digest ❄: a sum, modulo 2^64, of hashes of wire rows; phone and server compare it after a pull.

A sum does not depend on the order of rows, and one row is taken out or put in without reading the others.
The canonical form is JSON without spaces, keys in code point order, UTF-8, only ``"``, ``\\`` and
control characters escaped. Floats are refused because two languages write them differently.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

import orjson

MAX_INT: Final = (1 << 53) - 1
_MASK: Final = (1 << 64) - 1
_TEXT: Final = re.compile(r"[0-9a-f]{16}")
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_SCALARS: Final = frozenset((str, int, bool, type(None)))


def canonical(value: Any) -> bytes:
    """Canonical JSON of str, int (within ±(2^53 − 1)), bool, None, list and dict with str keys.

    Raises TypeError for any other type (floats, tuples and subclasses included), for larger integers, and
    for text that is not valid Unicode.
    """
    _refuse_others(value)
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        raise TypeError(str(error)) from None


def row_hash(collection: str, row: list[Any]) -> int:
    """Hash of one wire row: the first 8 bytes, big-endian, of SHA-256 over canonical([collection, row])."""
    return int.from_bytes(hashlib.sha256(canonical([collection, row])).digest()[:8], "big")


def add(sum: int, hash: int) -> int:
    """The digest with one row put in."""
    return (sum + hash) & _MASK


def sub(sum: int, hash: int) -> int:
    """The digest with one row taken out."""
    return (sum - hash) & _MASK


def encode(sum: int) -> str:
    """16 lowercase hex digits. Raises ValueError outside 0 … 2^64 − 1."""
    if not 0 <= sum <= _MASK:
        raise ValueError("not a digest")
    return f"{sum:016x}"


def decode(text: str) -> int:
    """The digest written as 16 lowercase hex digits. Raises ValueError for anything else."""
    if isinstance(text, str) and _TEXT.fullmatch(text):
        return int(text, 16)
    raise ValueError("not a digest")


def payload_digest(obj: Any) -> bytes:
    """The first 16 bytes of SHA-256 over the canonical form: tells apart two payloads under one op id.

    Raises TypeError like `canonical`.
    """
    return hashlib.sha256(canonical(obj)).digest()[:16]


def _refuse_others(value: Any) -> None:
    # A stack instead of recursion: payloads come from outside and may be nested deeply.
    stack = [value]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind in _SCALARS:
            continue
        if kind is list:
            stack.extend(item)
        elif kind is dict:
            for key in item:
                if type(key) is not str:
                    raise TypeError(f"key of type {type(key).__name__}")
            stack.extend(item.values())
        else:
            raise TypeError(f"value of type {kind.__name__}")
