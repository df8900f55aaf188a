"""What stands beside the facts: password hashes and failed attempts.

None of it is a fact: a hash must be forgettable. Facts hold digests of hashes, so that one which
was swapped shows (`ledger.quality.vouching`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from calls.errors import ConflictError
from calls.fact import Fact
from calls.quality.secrets import PasswordRehashed, PasswordSet
from ledger.encoding import at_us, from_us
from ledger.quality.book import QualityBook
from ledger.quality.rows import Entry
from ledger.quality.tables import attempts, secrets, sessions
from ledger.quality.vouching import password_digest


class Attempt(NamedTuple):
    """Whether somebody may try to sign in, and the wait before the next try if this one fails."""

    allowed: bool
    wait: timedelta


class SecretStore:
    """Hashes of passwords and the count of failed attempts."""

    def __init__(self, book: QualityBook) -> None:
        self._book = book

    def password_hash(self, name: str) -> str:
        """The hash of this account; empty when it has none."""
        with self._book.shelf.reading() as connection:
            found = connection.execute(
                select(secrets.c.password_hash).where(secrets.c.name == name)
            ).scalar()
        return found or ""

    def set_password_hash(
        self,
        name: str,
        password_hash: str,
        facts: Iterable[Fact] = (),
        *,
        actor: str,
        after: int | None = None,
    ) -> None:
        """Write these facts of the account, its hash and that it was set, in one transaction.

        Ends its sessions. `after` as in `QualityBook.append`: 0 for an account that is new.
        """

        def beside(connection: Connection) -> None:
            connection.execute(delete(secrets).where(secrets.c.name == name))
            connection.execute(insert(secrets).values(name=name, password_hash=password_hash))
            connection.execute(delete(sessions).where(sessions.c.account == name))
            connection.execute(
                delete(attempts).where(attempts.c.subject == _key(f"account/{name}"))
            )

        told = PasswordSet(digest=password_digest(name, password_hash))
        entries = [
            Entry(f"account/{name}", fact, actor, None if number else after)
            for number, fact in enumerate((*facts, told))
        ]
        self._book.append_all(entries, beside=beside)

    def replace_hash(self, name: str, before: str, password_hash: str) -> None:
        """The same password under newer parameters; no session ends.

        Raises ConflictError when the hash is not `before` any more: the password was changed.
        """

        def beside(connection: Connection) -> None:
            same = (secrets.c.name == name) & (secrets.c.password_hash == before)
            changed = update(secrets).where(same).values(password_hash=password_hash)
            if connection.execute(changed).rowcount != 1:
                raise ConflictError(f"account/{name}: the password was changed meanwhile")

        told = PasswordRehashed(digest=password_digest(name, password_hash))
        self._book.append_all([Entry(f"account/{name}", told, name)], beside=beside)

    def attempt(self, subject: str, now: datetime, waits: Sequence[timedelta]) -> Attempt:
        """Count an attempt of `account/NAME` or `address/ADDRESS` as failed until forgiven.

        The n-th failure in a row waits `waits[n - 1]`, later ones the last of them. One
        transaction: of attempts made side by side no more pass than of those made in a row.
        """
        key = _key(subject)
        with self._book.shelf.writing() as connection:
            found = connection.execute(select(attempts).where(attempts.c.subject == key)).first()
            # A failure that lies in the future is from before the clock was set back.
            if found is not None and found.last_at <= at_us(now) < found.locked_until:
                return Attempt(allowed=False, wait=from_us(found.locked_until) - now)
            failed = 1 if found is None else found.failed + 1
            wait = waits[min(failed, len(waits)) - 1]
            connection.execute(delete(attempts).where(attempts.c.subject == key))
            values = {"failed": failed, "last_at": at_us(now), "locked_until": at_us(now + wait)}
            connection.execute(insert(attempts).values(subject=key, **values))
        return Attempt(allowed=True, wait=wait)

    def forgive(self, account: str, address: str, *, before: datetime) -> None:
        """An attempt was good: the account starts from nothing, the address has one failure less.

        What failed last before `before` is forgotten with it.
        """
        c = attempts.c
        with self._book.shelf.writing() as connection:
            less = {"failed": c.failed - 1, "locked_until": c.last_at}
            connection.execute(update(attempts).where(c.subject == _key(address)).values(less))
            gone = (c.subject == _key(account)) | (c.failed <= 0) | (c.last_at < at_us(before))
            connection.execute(delete(attempts).where(gone))


def _key(subject: str) -> str:
    # What was typed as a name may have been a password.
    return hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()
