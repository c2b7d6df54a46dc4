"""Sealed operations ❄: what a phone encrypts for the server alone, as docs/reference/wire.md defines it.

The private key is a file, not a row: a stolen database opens nothing. `toso backup` keeps it beside the database.
"""

import base64
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

INFO: Final = b"toso-seal-v1"
POINT: Final = 65
NONCE: Final = 12
TAG: Final = 16


def key_file() -> Path:
    """Where the private key lies."""
    return Path(settings.HOME) / "keys" / "seal.pem"


def public_key_raw_b64() -> str:
    """The public key as its uncompressed point in base64url without padding; made on first use."""
    point = _key(key_file()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def unseal(op_id: UUID, sealed: bytes) -> bytes:
    """The operation's JSON. Raises ValueError when it was not sealed for this server and this operation."""
    if len(sealed) < POINT + NONCE + TAG:
        raise ValueError("too short to be sealed")
    point, nonce, box = sealed[:POINT], sealed[POINT : POINT + NONCE], sealed[POINT + NONCE :]
    ephemeral = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    secret = _key(key_file()).exchange(ec.ECDH(), ephemeral)
    try:
        return AESGCM(_derive(secret)).decrypt(nonce, box, op_id.bytes)
    except InvalidTag:
        raise ValueError("not sealed for this server and operation") from None


def seal(op_id: UUID, opened: bytes, public_key: str) -> bytes:
    """What a phone does; for tests, benchmarks and Python clients."""
    point = base64.urlsafe_b64decode(public_key + "=" * (-len(public_key) % 4))
    server = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    nonce = os.urandom(NONCE)
    box = AESGCM(_derive(ephemeral.exchange(ec.ECDH(), server))).encrypt(nonce, opened, op_id.bytes)
    return ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) + nonce + box


def _derive(secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"", info=INFO).derive(secret)


@cache
def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        _create(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} holds no P-256 key")
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # Written aside and linked, so that of several processes one wins and none reads half a key.
    handle, aside = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(aside)
