"""Codes by time (TOTP, RFC 6238 over HOTP, RFC 4226), and recovery codes.

SHA-1, 30 seconds and six digits: what every authenticator app takes (RFC 6238, 4 and 5.2).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import quote, urlencode

STEP_S: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20
"""RFC 4226, 4, R6: 160 bits."""

_EITHER_SIDE: Final = 1
"""A phone's clock may be off by so many steps (RFC 6238, 6)."""

RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10
_GROUP: Final = 4


def new_secret() -> bytes:
    """A secret for one account."""
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The secret as it is typed into an app: base32 in groups of four."""
    return _grouped(base64.b32encode(secret).decode().rstrip("="), " ")


def address(secret: bytes, account: str, issuer: str) -> str:
    """The `otpauth://` address that apps take the secret from."""
    label = quote(f"{issuer}:{account}", safe="")
    plain = base64.b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{label}?{urlencode({'secret': plain, 'issuer': issuer})}"


def code(secret: bytes, step: int, digits: int = DIGITS, digest: str = "sha1") -> str:
    """The code of one step: HOTP with the step as counter (RFC 4226, 5.3)."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), digest).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(given: str, secret: bytes, at_s: float) -> int | None:
    """The step whose code was given, of now or one beside it; None when it is none of them."""
    plain = "".join(given.split())
    now, found = int(at_s) // STEP_S, None
    for step in range(now - _EITHER_SIDE, now + _EITHER_SIDE + 1):
        if hmac.compare_digest(code(secret, step).encode(), plain.encode("utf-8", "replace")):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits, each good for one sign-in without the app."""
    made = (base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))
    return [_grouped(one.decode().lower(), "-") for one in made]


def recovery_hash(given: str) -> bytes | None:
    """What is kept of a recovery code; None when this cannot be one."""
    plain = "".join(given.split()).replace("-", "").upper()
    try:
        raw = base64.b32decode(plain.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    return hashlib.sha256(raw).digest() if len(raw) == _RECOVERY_BYTES else None


def _grouped(text: str, between: str) -> str:
    return between.join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
