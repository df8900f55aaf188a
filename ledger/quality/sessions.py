"""Who is signed in. A session is kept beside the facts, and a fact vouches for it.

A session ends and is forgotten; the fact that it began stays, with a digest of it. One that
somebody wrote straight into the book has no such fact: it lets nobody in, and `verify` names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, literal, select, update

from calls.quality.secrets import SessionBegun
from ledger.encoding import at_us, from_us
from ledger.quality.book import QualityBook
from ledger.quality.rows import Entry
from ledger.quality.tables import quality_events, sessions
from ledger.quality.vouching import PREFIX, digest_told, session_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """Somebody is signed in; times are aware UTC."""

    account: str
    created_at: datetime
    seen_at: datetime
    csrf: str
    address: str


class SessionStore:
    """The sessions of one book. The key of one is SHA-256 of what the browser holds."""

    def __init__(self, book: QualityBook) -> None:
        self._book = book

    def add(self, key: bytes, session: SessionRow) -> None:
        """Keep a new session and write that it began, in one transaction."""
        stream, begun = f"{PREFIX}{session.account}", at_us(session.created_at)
        values = {
            "id_hash": key,
            "account": session.account,
            "created_at": begun,
            "seen_at": at_us(session.seen_at),
            "csrf": session.csrf,
            "address": session.address,
        }

        def beside(connection: Connection) -> None:
            number = select(func.max(quality_events.c.seq)).where(quality_events.c.stream == stream)
            last = connection.execute(number).scalar_one()
            connection.execute(insert(sessions).values({**values, "told_by": last}))

        told = SessionBegun(digest=session_digest(session.account, key, begun))
        self._book.append_all([Entry(stream, told, session.account)], beside=beside)

    def get(self, key: bytes) -> SessionRow | None:
        """The session of this key, however old; None when there is none that a fact tells of."""
        c, facts = sessions.c, quality_events.c
        told = (facts.stream == literal(PREFIX) + c.account) & (facts.seq == c.told_by)
        told &= facts.kind == SessionBegun.kind
        query = select(sessions, facts.data).join(quality_events, told).where(c.id_hash == key)
        with self._book.shelf.reading() as connection:
            found = connection.execute(query).first()
        if found is None:
            return None
        if digest_told(found.data) != session_digest(found.account, key, found.created_at):
            return None
        return SessionRow(
            account=found.account,
            created_at=from_us(found.created_at),
            seen_at=from_us(found.seen_at),
            csrf=found.csrf,
            address=found.address,
        )

    def seen(self, key: bytes, now: datetime) -> None:
        """The session was used."""
        with self._book.shelf.writing() as connection:
            changed = update(sessions).where(sessions.c.id_hash == key)
            connection.execute(changed.values(seen_at=at_us(now)))

    def end(self, key: bytes) -> None:
        """Forget this session; harmless when there is none."""
        with self._book.shelf.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.id_hash == key))

    def end_of(self, account: str) -> int:
        """Forget every session of an account; how many there were."""
        with self._book.shelf.writing() as connection:
            done = connection.execute(delete(sessions).where(sessions.c.account == account))
        return done.rowcount

    def end_old(self, *, created_before: datetime, seen_before: datetime) -> int:
        """Forget sessions begun or used last before these times; how many there were."""
        with self._book.shelf.writing() as connection:
            old = sessions.c.created_at < at_us(created_before)
            idle = sessions.c.seen_at < at_us(seen_before)
            done = connection.execute(delete(sessions).where(old | idle))
        return done.rowcount
