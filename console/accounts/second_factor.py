"""The second step of signing in: a code by time, or a recovery code, throttled like a password.

ASVS 6.3.3 (several factors), 6.5.1 (each code once), 6.5.5 (short life), 6.6.3 (throttled).
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from calls.errors import AccountError
from calls.quality.states import Role
from console.accounts import totp
from ledger.quality.book import QualityBook
from ledger.quality.factors import FactorStore
from ledger.quality.secrets import SecretStore

_LASTS: Final = timedelta(minutes=5)
_OFFER_LASTS: Final = timedelta(minutes=15)
_FORGET: Final = timedelta(hours=24)
_MOST: Final = 1000


class Checked(NamedTuple):
    """What a code was."""

    good: bool
    wait: timedelta
    """Before the next one is looked at."""

    recovery: bool = False
    """Whether it was a recovery code, which is gone now."""


class SecondFactors:
    """The second factors of one book's accounts; safe from any thread."""

    def __init__(self, book: QualityBook, demanded: Collection[Role] = ()) -> None:
        """`demanded`: roles that see nothing before they have set one up."""
        self._book = book
        self._kept = FactorStore(book)
        self._attempts = SecretStore(book)
        self.demanded = frozenset(demanded)
        self._offers = _Held(_OFFER_LASTS)
        self._halfway = _Held(_LASTS)

    def names(self) -> frozenset[str]:
        """Accounts that have one."""
        return self._kept.names()

    def is_on(self, name: str) -> bool:
        """Whether this account needs a code."""
        return bool(self._kept.secret(name))

    def lacks(self, name: str, role: Role) -> bool:
        """Whether the role demands one and the account has none yet."""
        return role in self.demanded and not self.is_on(name)

    def recovery_left(self, name: str) -> int:
        """How many recovery codes the account has."""
        return self._kept.recovery_left(name)

    # ---- setting up --------------------------------------------------------------------------

    def offer(self, name: str) -> bytes:
        """A secret to put into an app; the same one for a quarter of an hour, nothing is kept."""
        now = self._book.clock.utc_now()
        held = self._offers.get(name, now)
        if held:
            return bytes.fromhex(held)
        made = totp.new_secret()
        self._offers.put(name, made.hex(), now)
        return made

    def confirm(self, name: str, code: str, *, actor: str) -> list[str]:
        """Keep the offered secret when `code` is of it; gives the recovery codes, once.

        Ends the account's sessions. Raises AccountError.
        """
        now = self._book.clock.utc_now()
        held = self._offers.get(name, now)
        if not held:
            raise AccountError("that took too long; begin again with a new secret")
        secret = bytes.fromhex(held)
        step = totp.step_of(code, secret, now.timestamp())
        if step is None:
            raise AccountError(
                "that is not the code of now; see that the phone's clock is right, and type the"
                " next one"
            )
        self._offers.drop(name)
        codes = totp.new_recovery_codes()
        hashes = [one for code in codes if (one := totp.recovery_hash(code)) is not None]
        self._kept.put(name, secret, step, hashes, actor=actor)
        return codes

    def remove(self, name: str, reason: str, *, actor: str) -> None:
        """Let the account sign in without a code; ends its sessions. Raises AccountError."""
        if not self.is_on(name):
            raise AccountError(f"{name} has no second factor")
        self._kept.remove(name, reason, actor=actor)

    # ---- signing in --------------------------------------------------------------------------

    def halfway(self, name: str) -> str:
        """A ticket for who has given the right password; good for five minutes."""
        ticket = secrets.token_urlsafe(32)
        self._halfway.put(_key(ticket), name, self._book.clock.utc_now())
        return ticket

    def holder(self, ticket: str) -> str:
        """Whose ticket this is; empty when nobody's any more."""
        return self._halfway.get(_key(ticket), self._book.clock.utc_now())

    def spend(self, ticket: str) -> None:
        """The ticket has done its work."""
        self._halfway.drop(_key(ticket))

    def check(self, name: str, code: str, waits: Sequence[timedelta]) -> Checked:
        """Whether this is a code of now, or a recovery code; a good one is good only once."""
        now, subject = self._book.clock.utc_now(), f"code/{name}"
        allowed, wait = self._attempts.attempt(subject, now, waits)
        if not allowed:
            return Checked(good=False, wait=wait)
        step = totp.step_of(code, self._kept.secret(name), now.timestamp())
        good = step is not None and self._kept.take_step(name, step)
        hashed = None if good else totp.recovery_hash(code)
        recovery = hashed is not None and self._kept.take_recovery(name, hashed)
        if not good and not recovery:
            return Checked(good=False, wait=wait)
        self._attempts.forgive(subject, subject, before=now - _FORGET)
        return Checked(good=True, wait=timedelta(), recovery=recovery)


def _key(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).hexdigest()


class _Held:
    """Texts by name for a while, in memory: a console that starts anew forgets them."""

    def __init__(self, lasts: timedelta) -> None:
        self._lasts = lasts
        self._held: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, name: str, text: str, now: datetime) -> None:
        with self._lock:
            self._held.pop(name, None)
            self._held[name] = (text, now)
            while len(self._held) > _MOST:
                self._held.popitem(last=False)

    def get(self, name: str, now: datetime) -> str:
        with self._lock:
            text, since = self._held.get(name, ("", now))
        return text if now - since <= self._lasts else ""

    def drop(self, name: str) -> None:
        with self._lock:
            self._held.pop(name, None)
