"""Decisions about credentials, without a database."""

import hashlib
import hmac
import secrets

from toso.kernel.text import nfc

LOCK_AFTER = 5
LOCK_MS = 15 * 60_000
ADDRESS_LIMIT = 30
ADDRESS_MS = 10 * 60_000
ENROL_ADDRESS_LIMIT = 10
ENROL_ALL_LIMIT = 60
ENROL_MS = 60 * 60_000
TOUCH_MS = 60_000
UNUSED_MS = 45 * 86_400_000

SHORT_CODE_DIGITS = 6
PASSWORD_WITH_SECOND_FACTOR = 8
PASSWORD_ALONE = 14
NAME_LIMIT = 120
DEVICE_NAME_LIMIT = 80
APP_LIMIT = 40


def username_form(username: str) -> str:
    """A user name as it is stored and compared."""
    return nfc(username).lower()


def password_long_enough(password: str, *, second_factor: bool, demo: bool) -> bool:
    """At least 8 characters beside a second factor, 14 alone; demonstrations are exempt."""
    return demo or len(password) >= (PASSWORD_WITH_SECOND_FACTOR if second_factor else PASSWORD_ALONE)


def new_token() -> str:
    """A new device token of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The stored form of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def new_code(digits: int) -> str:
    """A new enrolment code of that many decimal digits."""
    return f"{secrets.randbelow(10**digits):0{digits}}"


def code_form(code: str) -> str:
    """A code as typed, without spaces and dashes."""
    return "".join(char for char in code if char.isalnum())


def code_hash(code: str, secret: str) -> str:
    """The stored form of a code: keyed, because six digits could be tried out on a stolen table."""
    return hmac.new(secret.encode(), b"toso-enrol-v1:" + code_form(code).encode(), hashlib.sha256).hexdigest()


def is_short(code: str) -> bool:
    """Whether a code is short enough to be guessed by many."""
    return len(code_form(code)) <= SHORT_CODE_DIGITS + 2


def throttle_key(kind: str, who: str) -> str:
    """A key of the table of failures; names and addresses are hashed, they need not be kept."""
    return f"{kind}:{hashlib.sha256(who.encode()).hexdigest()[:40]}"
