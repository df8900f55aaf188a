"""What accounts sign in with, vouched for by their facts: a hash that was swapped shows.

Hashes and secrets stand beside the facts so that they can be forgotten; a fact holds their digest,
SHA-256 over what it is of, the account's name and the bytes. That gives nothing away: an argon2
hash has 128 random bits of salt in it, a second factor's secret has 160, a recovery code 80.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from calls.quality.events import QualityEvent
from calls.quality.secrets import SecretsNoted
from ledger.quality.encoding import QualityRow, event_or_none
from ledger.quality.rows import Entry
from ledger.quality.tables import quality_events, recovery_codes, second_factors, secrets
from ledger.quality.writing import write

PREFIX: Final = "account/"
_KINDS: Final = {
    "password": "password",
    "second factor": "second_factor",
    "recovery codes": "codes",
}
"""What a finding calls it -> field of `Vouched`."""

_FACTOR: Final = {"second_factor", "codes"}


def password_digest(name: str, password_hash: str) -> str:
    """Digest of the hash of this account's password."""
    return _digest("password", name, password_hash.encode("utf-8", "surrogatepass"))


def secret_digest(name: str, secret: bytes) -> str:
    """Digest of the secret of this account's second factor."""
    return _digest("second factor", name, secret)


def code_digest(name: str, code_hash: bytes) -> str:
    """Digest of the hash of one of this account's recovery codes."""
    return _digest("recovery code", name, code_hash)


def session_digest(name: str, key: bytes, created_us: int) -> str:
    """Digest of a session's key: SHA-256 of the token, and when it began (us since 1970)."""
    return _digest("session", name, f"{created_us}\n".encode() + key)


def digest_told(data: str) -> str | None:
    """The digest in the JSON of a fact; None where somebody spoiled it."""
    try:
        told = json.loads(data)
    except ValueError:
        return None
    digest = told.get("digest") if isinstance(told, dict) else None
    return digest if isinstance(digest, str) else None


def _digest(what: str, name: str, content: bytes) -> str:
    return hashlib.sha256(f"thirdring\n{what}\n{name}\n".encode() + content).hexdigest()


class Vouched(NamedTuple):
    """Digests that an account's facts tell of; None: set before facts told of them."""

    password: str | None = None
    second_factor: str | None = None
    codes: frozenset[str] | None = None
    noted: frozenset[str] = frozenset()
    """Which of them are known only because they were found so at an upgrade."""

    noted_at: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is unknown."""
        return None not in (self.password, self.second_factor, self.codes)


_NOTHING: Final = Vouched("", "", frozenset())


def vouch(known: Vouched, event: QualityEvent) -> Vouched:
    """What is known of an account's secrets after one more of its facts."""
    data = event.data
    match event.kind:
        case "account_created":
            return _NOTHING
        case "password_set" | "password_rehashed":
            return known._replace(password=data.get("digest"), noted=known.noted - {"password"})
        case "second_factor_set":
            codes = frozenset(data["codes"]) if "codes" in data else None
            rest = known.noted - _FACTOR
            return known._replace(second_factor=data.get("digest"), codes=codes, noted=rest)
        case "second_factor_removed":
            rest = known.noted - _FACTOR
            return known._replace(second_factor="", codes=frozenset(), noted=rest)
        case "recovery_code_spent" if known.codes is not None:
            return known._replace(codes=known.codes - {data.get("code")})
        case "secrets_noted":
            return _noted(known, event)
    return known


def _noted(known: Vouched, event: QualityEvent) -> Vouched:
    # What is known already is not noted again: a note must not bless a swap.
    if known.whole:
        return known
    data = event.data
    return Vouched(
        data.get("password") if known.password is None else known.password,
        data.get("second_factor") if known.second_factor is None else known.second_factor,
        frozenset(data.get("codes", ())) if known.codes is None else known.codes,
        frozenset(field for field in _KINDS.values() if getattr(known, field) is None),
        event.at,
    )


def kept_secrets(connection: Connection) -> dict[str, Vouched]:
    """Digests of what is kept now, by account."""
    passwords = {
        str(name): password_digest(str(name), _text(kept))
        for name, kept in connection.execute(select(secrets.c.name, secrets.c.password_hash))
    }
    factors = {
        str(name): secret_digest(str(name), _bytes(kept))
        for name, kept in connection.execute(select(second_factors.c.name, second_factors.c.secret))
    }
    codes: dict[str, set[str]] = defaultdict(set)
    for name, kept in connection.execute(select(recovery_codes.c.name, recovery_codes.c.code_hash)):
        codes[str(name)].add(code_digest(str(name), _bytes(kept)))
    return {
        name: Vouched(passwords.get(name, ""), factors.get(name, ""), frozenset(codes[name]))
        for name in {*passwords, *factors, *codes}
    }


def _text(kept: object) -> str:
    return kept if isinstance(kept, str) else repr(kept)


def _bytes(kept: object) -> bytes:
    return bytes(kept) if isinstance(kept, bytes | memoryview) else repr(kept).encode()


class Swapped(NamedTuple):
    """An account whose secrets are not those that its facts tell of."""

    name: str
    detail: str


def swapped(known: Mapping[str, Vouched], kept: Mapping[str, Vouched]) -> Iterator[Swapped]:
    """Every account that signs in with something else than its facts say."""
    for name in sorted({*known, *kept}):
        told, there = known.get(name), kept.get(name, _NOTHING)
        if told is None:
            yield Swapped(name, "a password or second factor is kept for it, and no fact tells why")
            continue
        wrong = [
            what
            for what, field in _KINDS.items()
            if getattr(told, field) not in (None, getattr(there, field))
        ]
        if wrong:
            told_of = f"{' and '.join(wrong)}: not what the facts tell of"
            yield Swapped(name, f"{told_of}; {_remedy(name, wrong)}")


def _remedy(name: str, wrong: Collection[str]) -> str:
    if "password" in wrong:
        return f"`thirdring user disable {name}`, find out who did it, then set the password anew"
    return f"`thirdring user totp {name} --off`, find out who did it, then set it up anew"


def unproved(known: Mapping[str, Vouched]) -> Iterator[str]:
    """In words, the accounts of which something was set before facts told of it."""
    for name, told in sorted(known.items()):
        if told.noted and told.noted_at is not None:
            yield (
                f"account {name}: what it signs in with is vouched for since"
                f" {told.noted_at:%Y-%m-%d %H:%M} UTC; set its password anew to be sure of before"
            )
        elif not told.whole:
            yield (
                f"account {name}: set by an earlier version while this one ran; nothing vouches"
                " for it until its password is set anew"
            )


def note_secrets(connection: Connection, now: datetime) -> None:
    """For each account of before digests were kept, write down what it signs in with now."""
    known = _known(connection)
    kept = kept_secrets(connection)
    entries = []
    for name, told in known.items():
        if told.whole:
            continue
        there = kept.get(name, _NOTHING)
        fact = SecretsNoted(
            password=there.password or "",
            second_factor=there.second_factor or "",
            codes=tuple(sorted(there.codes or ())),
        )
        entries.append(Entry(f"{PREFIX}{name}", fact, "system"))
    write(connection, entries, now)


def _known(connection: Connection) -> dict[str, Vouched]:
    """By account, from its facts; those that somebody spoiled tell nothing."""
    c = quality_events.c
    columns = [c[name] for name in QualityRow._fields]
    query = select(*columns).where(c.stream.like(f"{PREFIX}%")).order_by(c.cursor)
    known: dict[str, Vouched] = {}
    for values in connection.execute(query):
        event = event_or_none(QualityRow(*values))
        if event is not None:
            name = event.stream.removeprefix(PREFIX)
            known[name] = vouch(known.get(name, Vouched()), event)
    return known
