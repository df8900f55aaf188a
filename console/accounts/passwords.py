"""Passwords: what is good enough, and how it is kept.

Hashing: argon2id with 32 MiB and 2 rounds (OWASP Password Storage Cheat Sheet asks for at least
19 MiB and 2; ASVS 11.4.2). Rules: length over composition (ASVS 6.2.1 to 6.2.4; NIST SP 800-63B):
at least 12 characters, not one that everybody tries, not the account's own name or the house's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from calls.errors import AccountError

LEAST, MOST = 12, 256
_HASHER = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
_LONGEST_RUN = 4

_COMMON_WORDS = (
    "123456789012 1234567890123 12345678901234 123412341234 123123123123 121212121212 112233445566 "
    "1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop12 qwertyuiop123 qwerty123456 asdfghjkl123 zxcvbnm12345 "
    "password1234 password12345 password123456 passw0rd1234 p@ssw0rd1234 password2024 password2025 "
    "password2026 mypassword12 administrator1 admin1234567 admin12345678 welcome12345 "
    "changeme1234 changemenow1 letmein12345 iloveyou1234 iloveyou12345 monkey123456 dragon123456 "
    "football1234 baseball1234 superman1234 sunshine1234 princess1234 trustno11234 abcdefgh1234 "
    "abcd12345678 abc123456789 woaini123456 woaini1314520 woaini5201314 5201314520131 zhangwei1234 "
    "qazwsxedcrfv 123456abcdef a12345678901 q1w2e3r4t5y6 test12345678 secret123456 default12345 "
    "callcenter12 callcenter123 thirdring123 thirdring1234 asterisk1234 correcthorsebatterystaple "
)
_COMMON = frozenset({*_COMMON_WORDS.split(), "correct horse battery staple"})
"""Some of the most used among those of 12 characters and more; shorter ones are refused anyway."""


def refuse_weak(password: str, names: Iterable[str]) -> None:
    """AccountError, with what to do, when a password must not be used.

    `names` are words that it may not consist of: the account's name, the person's, the company's.
    """
    if not LEAST <= len(password) <= MOST:
        raise AccountError(
            f"a password has {LEAST} to {MOST} characters, this has {len(password)};"
            " four words with spaces between them are easy to remember"
        )
    plain = _plain(password)
    if plain in _COMMON or _is_pattern(plain):
        raise AccountError("that is among the passwords everybody tries first; take another")
    for name in names:
        word = _plain(name)
        if len(word) >= 3 and len(plain.replace(word, "")) < LEAST // 2:
            raise AccountError("that is little more than the account's own name; take another")


def hashed(password: str) -> str:
    """The argon2id hash, with its parameters and salt in it."""
    return _HASHER.hash(_normal(password))


def is_password(password_hash: str, password: str) -> bool:
    """Whether this is the password of that hash; False for a hash that is none."""
    try:
        return _HASHER.verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _normal(password: str) -> str:
    # The same keys give other code points on other systems (NIST SP 800-63B 5.1.1.2).
    return unicodedata.normalize("NFKC", password)[:MOST]


def _plain(text: str) -> str:
    return _normal(text).strip().casefold()


def _is_pattern(plain: str) -> bool:
    """One to four characters over and over, or a run through the digits or the alphabet."""
    for size in range(1, _LONGEST_RUN + 1):
        if (plain[:size] * len(plain))[: len(plain)] == plain:
            return True
    for run in ("0123456789" * 4, "abcdefghijklmnopqrstuvwxyz" * 2):
        if plain in run or plain in run[::-1]:
            return True
    return re.fullmatch(r"[\d\s-]+", plain) is not None and len(set(plain)) <= 3
