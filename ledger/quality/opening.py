"""Opening the quality book: a file that several processes write to, or a PostgreSQL database.

SQLite: rollback journal, not a WAL (SQLite before 3.51.3 can corrupt a WAL with several writers),
every write a transaction that takes the lock at its beginning. `TRUNCATE` and not `DELETE`: with
`synchronous=FULL` SQLite syncs the truncated journal, while an unlinked one would need a sync of
the folder as well before a commit is durable (SQLite's manual, "PRAGMA synchronous").
PostgreSQL: the same by one advisory lock, so that cursors are committed in order.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from calls.clock import SystemClock
from calls.errors import LedgerError
from ledger.postgres.opening import CONNECTING, is_address
from ledger.quality.tables import metadata, quality_head, quality_version, sessions
from ledger.quality.vouching import note_secrets

QUALITY_FILE = "quality.sqlite"
"""Name of the quality book below a state folder."""

_PATIENCE_S = 15.0
_LOCK = 0x7468_6972_6472
"""Number of the advisory lock on PostgreSQL."""


def _first(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.execute(quality_head.insert().values(cursor=0, head=b""))


def _second(connection: Connection) -> None:
    """Second factors, recovery codes and walls; a new book has them already."""
    metadata.create_all(connection)


def _third(connection: Connection) -> None:
    """Facts tell of what accounts sign in with; what is there already is noted as it is."""
    note_secrets(connection, SystemClock().utc_now())


def _fourth(connection: Connection) -> None:
    """Sessions name the fact that tells of them; who is signed in signs in once more."""
    sessions.drop(connection)
    sessions.create(connection)


REVISIONS: tuple[Callable[[Connection], None], ...] = (_first, _second, _third, _fourth)
"""What brings the schema from version n to n + 1; only ever grows, and takes no fact away."""


class Shelf:
    """The database of one quality book: reading, writing, and errors that say what to do."""

    def __init__(self, place: str | Path) -> None:
        self.place = str(place)
        self.postgres = is_address(self.place)
        self._engine = _server(self.place) if self.postgres else _file(Path(place))
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent sight. Keep it short: a file's writers wait for readers to end."""
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, alone: committed at the end, undone when anything is raised."""
        with self._told(), self._engine.connect() as connection:
            writer = connection.execution_options(writes=True)
            with writer.begin():
                if self.postgres:
                    writer.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                yield writer

    def close(self) -> None:
        """Close every connection; harmless when done already."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self.reading() as connection:
            if self._version(connection) == len(REVISIONS):
                return
        with self.writing() as connection:
            # Looked at again: another process may have been faster.
            found = self._version(connection)
            for revision in REVISIONS[found:]:
                revision(connection)
            connection.execute(quality_version.delete())
            connection.execute(quality_version.insert().values(version=len(REVISIONS)))

    def _version(self, connection: Connection) -> int:
        tables = set(inspect(connection).get_table_names())
        if quality_version.name not in tables:
            if tables and not self.postgres:
                raise LedgerError(
                    f"{self.place}: this database is no quality book; move it away or give"
                    " another --state"
                )
            return 0
        found = connection.execute(select(quality_version.c.version)).scalar() or 0
        if found > len(REVISIONS):
            raise LedgerError(
                f"{self.place}: written by a later version (schema {found}, this one knows"
                f" {len(REVISIONS)}); update thirdring"
            )
        return int(found)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise trouble(self.place, error) from None


def _file(path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Password hashes are in it; SQLite gives the journal beside it the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise LedgerError(
            f"{path}: {error.strerror or error}; give a writable folder with --state"
        ) from None

    _refuse_wal(path)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE_S
        )
        for setting in ("journal_mode=TRUNCATE", "synchronous=FULL"):
            connection.execute(f"PRAGMA {setting}").close()
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=4)
    event.listen(engine, "begin", _begin)
    return engine


def _refuse_wal(path: Path) -> None:
    """LedgerError for a database with a WAL: a ledger, say, whose journal must not be changed."""
    with path.open("rb") as file:
        head = file.read(20)
    # Bytes 18 and 19, "file format write and read version": 2 for WAL (SQLite file format, 1.3).
    if head.startswith(b"SQLite format 3\0") and head[18:20] == b"\2\2":
        raise LedgerError(
            f"{path}: this database is no quality book, or another program gave it a WAL; move it"
            " away or give another --state"
        )


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _server(url: str) -> Engine:
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        return create_engine(
            address, pool_size=4, pool_pre_ping=True, connect_args=dict(CONNECTING)
        )
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise LedgerError(
            f"{_without_password(url)}: {error}; give postgresql://user@host/database and install"
            " thirdring[postgresql]"
        ) from None


def trouble(place: str, error: Exception) -> LedgerError:
    """A database's error as a message for a person; never with a password in it."""
    cause = getattr(error, "orig", None) or error
    said = " ".join(str(cause).split())
    return LedgerError(f"{_without_password(place)}: {said}; {_remedy(said)}")


def _remedy(said: str) -> str:
    if "locked" in said or "timeout" in said:
        return "another program holds it; close that program (an sqlite3 shell?) and try again"
    if "malformed" in said or "not a database" in said:
        return "the file is damaged; move it away and restore a backup, then `ledger verify`"
    if "full" in said or "No space" in said:
        return "the disk is full; make room, nothing of this was kept"
    if "connection" in said or "connect" in said:
        return "see that the database server runs and can be reached"
    if "readonly" in said:
        return "the file may not be written; see to its owner and mode"
    return "see that the folder exists, is on a healthy disk and may be written"


def _without_password(place: str) -> str:
    scheme, found, rest = place.partition("://")
    if not found or "@" not in rest:
        return place
    who, _, where = rest.rpartition("@")
    return f"{scheme}://{who.partition(':')[0]}@{where}"
