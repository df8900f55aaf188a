"""Signing in and out, and what an account may do: the one way to passwords and sessions.

Throttling (ASVS 6.3.1): after three free failures every further one doubles a wait, per account
and, more patiently, per address. Sessions (ASVS 7.2 to 7.4): 256 random bits that only the browser
holds, new at every sign-in, ended after 15 idle minutes or 12 hours, and when the password or the
account's rights change. Where an account has a second factor, the right password gives a ticket,
and only a code makes a session of it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from calls.errors import AccountError, ConflictError
from calls.quality.events import AccountCreated
from calls.quality.states import Role
from console.accounts.changing import change_account, check_agent, known_account
from console.accounts.looking import look
from console.accounts.passwords import hashed, is_outdated, is_password, refuse_weak
from console.accounts.second_factor import SecondFactors
from console.accounts.walls import Walls
from ledger.quality.book import QualityBook
from ledger.quality.rows import AccountRow
from ledger.quality.secrets import SecretStore
from ledger.quality.sessions import SessionRow, SessionStore

IDLE, LONGEST = timedelta(minutes=15), timedelta(hours=12)
_SEEN_EVERY = timedelta(seconds=30)
_AHEAD = timedelta(minutes=5)
_FORGET = timedelta(hours=24)
_NONE = timedelta(0)
ACCOUNT_WAITS = [*[_NONE] * 3, *(timedelta(seconds=5 * 2**n) for n in range(8))]
"""Wait behind the n-th failure of an account: none for three, then 5 s doubled up to 11 minutes."""

ADDRESS_WAITS = [*[_NONE] * 20, *(timedelta(seconds=5 * 2**n) for n in range(8))]
"""The same of an address, where a whole floor may sit behind one."""

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that is good now."""

    account: AccountRow
    csrf: str
    token: str = field(default="", repr=False)
    """For the browser alone; only `sign_in` gives it."""

    lacks_second: bool = False
    """Whether the role demands a second factor and there is none: it sets one up, nothing else."""

    @property
    def role(self) -> Role:
        """What the account may do."""
        return Role(self.account.role)


class SignInRefusedError(AccountError):
    """Name or password are wrong, or it is too early to try again; never says which name exists."""

    def __init__(self, text: str, *, wait: timedelta = _NONE) -> None:
        super().__init__(f"{text}; {_later(wait)}" if wait else text)
        self.wait = wait


class TicketOverError(AccountError):
    """The ticket of the first step is too old or was used."""


class CodeNeededError(AccountError):
    """The password was right; `ticket` and a code make the session."""

    def __init__(self, ticket: str) -> None:
        super().__init__("this account signs in with a code as well")
        self.ticket = ticket


class Accounts:
    """The accounts of one quality book; safe from any thread."""

    def __init__(self, book: QualityBook, demanded: Collection[Role] = ()) -> None:
        """`demanded`: roles that need a second factor."""
        self.book = book
        self.second = SecondFactors(book, demanded)
        self.walls = Walls(book)
        self._secrets = SecretStore(book)
        self._sessions = SessionStore(book)
        # Verified against when there is no such account: refusing takes the same time.
        self._nobody = hashed(secrets.token_hex(16))

    def add(
        self, name: str, role: Role, password: str, *, actor: str, agent: str = "", title: str = ""
    ) -> AccountRow:
        """Make an account that may sign in. Raises AccountError."""
        self.refuse_new(name, role, agent)
        refuse_weak(password, (name, title))
        created = AccountCreated(role=role.value, agent=agent, display_name=title or name)
        self._secrets.set_password_hash(name, hashed(password), (created,), actor=actor, after=0)
        return self.known(name)

    def refuse_new(self, name: str, role: Role, agent: str) -> None:
        """AccountError when no such account can be made: asked before anybody types a password."""
        if not _NAME.fullmatch(name):
            raise AccountError(
                f"{name!r} is no account name; 2 to 32 small letters, digits, '.', '_' and '-',"
                " beginning with a letter"
            )
        if self.book.account(name) is not None:
            raise AccountError(
                f"there is an account {name!r} already; `thirdring user set` changes it"
            )
        check_agent(role, agent)

    def change(
        self,
        name: str,
        *,
        actor: str,
        role: Role | None = None,
        agent: str | None = None,
        title: str | None = None,
        enabled: bool | None = None,
    ) -> AccountRow:
        """Change what an account may do; ends its sessions. Raises AccountError."""
        wanted = {"role": role, "agent": agent, "display_name": title, "enabled": enabled}
        given = {field: value for field, value in wanted.items() if value is not None}
        change_account(self.book, name, given, actor=actor)
        self._sessions.end_of(name)
        return self.known(name)

    def set_password(self, name: str, password: str, *, actor: str) -> None:
        """Give an account another password; ends its sessions. Raises AccountError."""
        account = self.known(name)
        refuse_weak(password, (name, account.display_name))
        self._secrets.set_password_hash(name, hashed(password), actor=actor)

    def known(self, name: str) -> AccountRow:
        """The account of this name. Raises AccountError when there is none."""
        return known_account(self.book, name)

    def sign_in(self, name: str, password: str, address: str) -> SignedIn:
        """Begin a session with a new id; writes the look.

        Raises SignInRefusedError; CodeNeededError for an account with a second factor.
        """
        account = self.prove(name, password, address)
        if self.second.is_on(account.name):
            raise CodeNeededError(self.second.halfway(account.name))
        return self.begin(account, address)

    def sign_in_with_code(self, ticket: str, code: str, address: str) -> SignedIn:
        """The second step: a code by time, or a recovery code. Raises SignInRefusedError."""
        account = self.book.account(self.second.holder(ticket))
        if account is None or not account.enabled:
            raise TicketOverError("that took too long; begin again with the password")
        checked = self.second.check(account.name, code, ACCOUNT_WAITS)
        if not checked.good:
            self._look(account.name, "sign_in_refused", "wrong code", address)
            raise SignInRefusedError("that is not the code of now", wait=checked.wait)
        self.second.spend(ticket)
        if checked.recovery:
            left = self.second.recovery_left(account.name)
            self._look(account.name, "recovery_used", f"{left} left", address)
        return self.begin(account, address)

    def prove(self, name: str, password: str, address: str) -> AccountRow:
        """The account whose password this is; throttled and logged, begins no session.

        Raises SignInRefusedError.
        """
        now = self.book.clock.utc_now()
        name = name.strip()[:64]
        subjects = {f"account/{name}": ACCOUNT_WAITS, f"address/{address}": ADDRESS_WAITS}
        waits = [_NONE]
        for subject, steps in subjects.items():
            allowed, wait = self._secrets.attempt(subject, now, steps)
            waits.append(wait)
            if not allowed:
                self._look(name, "sign_in_refused", "too early", address)
                raise SignInRefusedError("too many attempts", wait=wait)
        account = self.book.account(name)
        kept = self._secrets.password_hash(name) if account is not None else ""
        good = is_password(kept or self._nobody, password) and bool(kept)
        if account is None or not account.enabled or not good:
            self._look(name, "sign_in_refused", "wrong name or password", address)
            raise SignInRefusedError("wrong name or password", wait=max(waits))
        self._secrets.forgive(*subjects, before=now - _FORGET)
        if is_outdated(kept):
            with suppress(ConflictError):  # changed meanwhile: the other one counts
                self._secrets.replace_hash(name, kept, hashed(password))
        return account

    def session(self, token: str, *, active: bool = True) -> SignedIn | None:
        """Who holds this token; None when nobody does, or no longer.

        `active`: a person did something. What a page asks for by itself keeps no session alive.
        """
        key, now = _key(token), self.book.clock.utc_now()
        found = self._sessions.get(key)
        if found is None:
            return None
        account = self.book.account(found.account)
        # One of the future is from before the clock was set back: it would last as long as that.
        over = found.seen_at - now > _AHEAD
        over |= now - found.seen_at > IDLE or now - found.created_at > LONGEST
        if over or account is None or not account.enabled:
            self._sessions.end(key)
            return None
        if active and now - found.seen_at > _SEEN_EVERY:
            self._sessions.seen(key, now)
        lacks = self.second.lacks(account.name, Role(account.role))
        return SignedIn(account=account, csrf=found.csrf, lacks_second=lacks)

    def sign_out(self, token: str, address: str = "") -> None:
        """End the session; harmless when it is over already."""
        key = _key(token)
        found = self._sessions.get(key)
        if found is not None:
            self._sessions.end(key)
            self._look(found.account, "signed_out", "", address)

    def begin(self, account: AccountRow, address: str) -> SignedIn:
        """A session of somebody who has proved who they are; writes the look."""
        now = self.book.clock.utc_now()
        self._sessions.end_old(created_before=now - LONGEST, seen_before=now - IDLE)
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        row = SessionRow(
            account=account.name, created_at=now, seen_at=now, csrf=csrf, address=address
        )
        self._sessions.add(_key(token), row)
        self._look(account.name, "signed_in", "", address)
        lacks = self.second.lacks(account.name, Role(account.role))
        return SignedIn(account=account, csrf=csrf, token=token, lacks_second=lacks)

    def _look(self, name: str, action: str, detail: str, address: str) -> None:
        known = self.book.account(name) is not None
        look(
            self.book,
            actor=name if known else "unknown",
            action=action,
            subject=f"account/{name}" if known else "account/unknown",
            detail=detail,
            address=address,
        )


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _later(wait: timedelta) -> str:
    return f"try again in {max(1, round(wait.total_seconds()))} s"
