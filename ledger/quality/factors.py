"""Second factors of accounts, and browsers that show the wallboard on a wall.

They stand beside the facts, as passwords do: a secret must be forgettable. Facts hold its digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from calls.errors import ConflictError
from calls.fact import Fact
from calls.quality.secrets import RecoveryCodeSpent, SecondFactorRemoved, SecondFactorSet
from ledger.encoding import at_us, from_us
from ledger.quality.book import Beside, QualityBook
from ledger.quality.rows import Entry
from ledger.quality.tables import recovery_codes, second_factors, sessions, walls
from ledger.quality.vouching import code_digest, secret_digest

_DAY_STEPS: Final = 24 * 60 * 2
"""Steps of half a minute."""


class FactorStore:
    """The secrets that codes are made from, and hashes of recovery codes."""

    def __init__(self, book: QualityBook) -> None:
        self._book = book

    def secret(self, name: str) -> bytes:
        """The secret of this account; empty when it has no second factor."""
        c = second_factors.c
        with self._book.shelf.reading() as connection:
            found = connection.execute(select(c.secret).where(c.name == name)).scalar()
        return found or b""

    def names(self) -> frozenset[str]:
        """The accounts that have one."""
        with self._book.shelf.reading() as connection:
            return frozenset(connection.execute(select(second_factors.c.name)).scalars())

    def put(
        self,
        name: str,
        secret: bytes,
        step: int,
        code_hashes: Sequence[bytes],
        *,
        actor: str,
    ) -> None:
        """Write that it was set, the secret, the step that proved it, and the recovery codes.

        Ends the account's sessions: each begins with a code from now on.
        """

        def beside(connection: Connection) -> None:
            _forget(connection, name)
            values = {"name": name, "secret": secret, "last_step": step}
            connection.execute(insert(second_factors).values(values))
            rows = [{"name": name, "code_hash": one} for one in code_hashes]
            connection.execute(insert(recovery_codes), rows)
            connection.execute(delete(sessions).where(sessions.c.account == name))

        codes = tuple(sorted(code_digest(name, one) for one in code_hashes))
        fact = SecondFactorSet(digest=secret_digest(name, secret), codes=codes)
        self._write(name, fact, actor, beside)

    def remove(self, name: str, reason: str, *, actor: str) -> None:
        """Write that it was removed and forget secret and codes; ends the account's sessions."""

        def beside(connection: Connection) -> None:
            _forget(connection, name)
            connection.execute(delete(sessions).where(sessions.c.account == name))

        self._write(name, SecondFactorRemoved(reason=reason), actor, beside)

    def take_step(self, name: str, step: int) -> bool:
        """Whether a code of this step may be taken now: once, and none of an earlier step."""
        c = second_factors.c
        with self._book.shelf.writing() as connection:
            # A step far ahead is from before the clock was set back: it must lock nobody out.
            fresh = (c.last_step < step) | (c.last_step > step + _DAY_STEPS)
            later = update(second_factors).where((c.name == name) & fresh)
            return connection.execute(later.values(last_step=step)).rowcount == 1

    def take_recovery(self, name: str, code_hash: bytes) -> bool:
        """Whether this is a recovery code of the account; it is none any more."""
        one = (recovery_codes.c.name == name) & (recovery_codes.c.code_hash == code_hash)
        with self._book.shelf.reading() as connection:
            if connection.execute(select(recovery_codes.c.name).where(one)).first() is None:
                return False

        def beside(connection: Connection) -> None:
            if connection.execute(delete(recovery_codes).where(one)).rowcount != 1:
                raise ConflictError(f"account/{name}: somebody else used this code just now")

        fact = RecoveryCodeSpent(code=code_digest(name, code_hash))
        try:
            self._write(name, fact, name, beside)
        except ConflictError:
            return False
        return True

    def recovery_left(self, name: str) -> int:
        """How many recovery codes the account has."""
        query = select(func.count()).where(recovery_codes.c.name == name)
        with self._book.shelf.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def _write(self, name: str, fact: Fact, actor: str, beside: Beside) -> None:
        self._book.append_all([Entry(f"account/{name}", fact, actor)], beside=beside)


def _forget(connection: Connection, name: str) -> None:
    connection.execute(delete(second_factors).where(second_factors.c.name == name))
    connection.execute(delete(recovery_codes).where(recovery_codes.c.name == name))


@dataclass(frozen=True, slots=True, kw_only=True)
class WallRow:
    """A browser that shows the wallboard and nothing else; times are aware UTC."""

    id: str
    """The beginning of its key's hash: names it, opens nothing."""

    title: str
    hung_by: str
    hung_at: datetime
    address: str


class WallStore:
    """Browsers on walls. The key of one is SHA-256 of what it holds."""

    def __init__(self, book: QualityBook) -> None:
        self._book = book

    def add(self, key: bytes, wall: WallRow) -> None:
        """Keep a new one."""
        values = {
            "id_hash": key,
            "title": wall.title,
            "hung_by": wall.hung_by,
            "hung_at": at_us(wall.hung_at),
            "address": wall.address,
        }
        with self._book.shelf.writing() as connection:
            connection.execute(insert(walls).values(values))

    def get(self, key: bytes) -> WallRow | None:
        """The wall of this key, however old; None when there is none."""
        with self._book.shelf.reading() as connection:
            found = connection.execute(select(walls).where(walls.c.id_hash == key)).first()
        return None if found is None else _wall(found)

    def all(self) -> list[WallRow]:
        """Every wall, oldest first."""
        with self._book.shelf.reading() as connection:
            found = connection.execute(select(walls).order_by(walls.c.hung_at)).all()
        return [_wall(one) for one in found]

    def end(self, wall_id: str) -> bool:
        """Forget the wall of this id; whether there was one."""
        with self._book.shelf.writing() as connection:
            keys = connection.execute(select(walls.c.id_hash)).scalars().all()
            gone = [key for key in keys if wall_id_of(key) == wall_id]
            connection.execute(delete(walls).where(walls.c.id_hash.in_(gone)))
        return bool(gone)

    def end_old(self, *, hung_before: datetime) -> None:
        """Forget walls that were hung before this time."""
        with self._book.shelf.writing() as connection:
            connection.execute(delete(walls).where(walls.c.hung_at < at_us(hung_before)))


def wall_id_of(key: bytes) -> str:
    """The id that stands for a key in lists and logs."""
    return key.hex()[:8]


def _wall(found: Row[Any]) -> WallRow:
    return WallRow(
        id=wall_id_of(bytes(found.id_hash)),
        title=found.title,
        hung_by=found.hung_by,
        hung_at=from_us(found.hung_at),
        address=found.address,
    )
