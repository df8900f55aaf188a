"""Opening the ledger's file: one writer, its settings, its schema, and errors that say what to do.

Settings and the one-writer rule: SQLite's manual, "Write-Ahead Logging"; SQLite before 3.51.3 can
corrupt a WAL that several connections write, so a lock file keeps every second writer out.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool, StaticPool

from calls.errors import LedgerError
from ledger.tables import ADDED_UP_SINCE, HEAD, TOLD_SINCE

log = structlog.get_logger(__name__)

LEDGER_FILE = "ledger.sqlite"
"""Name of the ledger below a state folder."""

_PATIENCE_MS = 5000
_STATEMENTS = 512
"""Statements kept ready: the writer has some two hundred, one for each number of rows."""

_WAL_PAGES = 4000
"""The writer moves the WAL into the database long before it has so many (`Store.tidy`)."""

_CACHE_KB = 16 * 1024
"""Pages in memory: a new call's number and marks go anywhere in their indexes."""

# Without an adapter of their own, Python 3.11 looks for one for every None and every hash, and
# makes two exceptions on the way: half of what writing a call's row costs. These give back what
# they are given.
_NOTHING: dict[None, None] = {}
sqlite3.register_adapter(type(None), _NOTHING.get)
sqlite3.register_adapter(bytes, bytes)


class LedgerMissingError(LedgerError):
    """There is no ledger at this place yet; nothing has been kept there."""


class LedgerAwayError(LedgerError):
    """The database that nodes ship into cannot be reached now; later it may be."""


class LedgerBusyError(LedgerError):
    """Another process writes to this ledger."""


class WriterLock:
    """The right to write to one ledger, held until released or until the process dies."""

    def __init__(self, ledger: Path) -> None:
        self._path = ledger.with_name(ledger.name + ".lock")
        self._file = self._take(ledger)

    def _take(self, ledger: Path) -> int:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(ledger, error) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(file, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(file)
            raise LedgerBusyError(
                f"{ledger}: process {holder} already writes to this ledger; stop it first, "
                "or give another state folder with --state"
            ) from None
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        return file

    def release(self) -> None:
        """Let others write; harmless when done already. The file stays: its lock is what counts."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> WriterLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def writer_connection(ledger: Path) -> sqlite3.Connection:
    """The one read-write connection; transactions are begun by hand. Raises sqlite3.Error."""
    # Whole numbers and names are in it; SQLite gives the files beside it the same mode.
    os.close(os.open(ledger, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(
        ledger,
        isolation_level=None,
        check_same_thread=False,
        timeout=_PATIENCE_MS / 1000,
        cached_statements=_STATEMENTS,
    )
    for setting in (
        *("journal_mode=WAL", "synchronous=FULL"),
        *(f"cache_size=-{_CACHE_KB}", f"wal_autocheckpoint={_WAL_PAGES}"),
    ):
        connection.execute(f"PRAGMA {setting}").close()
    return connection


def writer_engine(connection: sqlite3.Connection) -> Engine:
    """SQLAlchemy on the writer's connection, for migrations and rebuilding."""
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reader_engine(ledger: Path) -> Engine:
    """Read-only connections that never checkpoint and never block the writer.

    Raises LedgerMissingError when there is no file.
    """
    if not ledger.is_file():
        raise LedgerMissingError(
            f"{ledger}: no ledger here yet; `thirdring demo` places eight calls, "
            "`thirdring serve` takes real ones"
        )
    still = "&immutable=1" if _is_lying_still(ledger) else ""
    address = f"{ledger.resolve().as_uri()}?mode=ro{still}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=_PATIENCE_MS / 1000,
        )
        connection.execute("PRAGMA wal_autocheckpoint=0").close()
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=2)


def _is_lying_still(ledger: Path) -> bool:
    """Whether nobody can write to it: a copy on a disk that is read only, say.

    SQLite would want to make a WAL beside it (its manual, "Read-Only Databases").
    """
    if os.access(ledger.parent, os.W_OK):
        return False
    wal, index = (ledger.with_name(ledger.name + suffix) for suffix in ("-wal", "-shm"))
    # A WAL with facts in it, or one that somebody else has open, must be read, too.
    return not wal.exists() or (wal.stat().st_size == 0 and not index.exists())


def check_schema(connection: Connection, ledger: Path, *, fresh_is_fine: bool = False) -> bool:
    """Whether the schema is this version's.

    Raises LedgerError when the file is no ledger, damaged, or written by a later version.
    """
    found = file_version(connection, ledger, fresh_is_fine=fresh_is_fine)
    if found > HEAD:
        raise other_version(str(ledger), found)
    return found == HEAD


def file_version(connection: Connection, ledger: Path, *, fresh_is_fine: bool = False) -> str:
    """The schema's revision; empty for a new file, where that is fine.

    Raises LedgerError when the file is no ledger, or damaged.
    """
    try:
        tables = {
            str(name)
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        }
        if "alembic_version" not in tables:
            if not tables and fresh_is_fine:
                return ""
            raise LedgerError(
                f"{ledger}: this database is no ledger; move it away or give another --state"
            )
        (found,) = connection.exec_driver_sql("SELECT version_num FROM alembic_version").one()
    except DatabaseError as error:
        raise unreadable(ledger, error) from None
    return str(found)


def other_version(place: str, found: str, *, central: bool = False) -> LedgerError:
    """A ledger of another version as an error; `central`: one that nodes ship into."""
    schemas = f"schema {found}, this one has {HEAD}"
    if found > HEAD:
        return LedgerError(f"{place}: written by a later version ({schemas}); update thirdring")
    command = "ledger ship --once" if central else "ledger rebuild"
    return LedgerError(
        f"{place}: written by an earlier version ({schemas}); `thirdring {command}` brings it to "
        "this one, and so does the next `thirdring serve`"
    )


def migrate(engine: Engine, ledger: Path) -> None:
    """Bring the schema to this version in one transaction; LedgerError when it cannot be."""
    try:
        with engine.connect() as connection:
            current = check_schema(connection, ledger, fresh_is_fine=True)
        if not current:
            _upgrade(engine)
    except DatabaseError as error:
        raise unreadable(ledger, error) from None


def _upgrade(engine: Engine) -> None:
    # Imported here: Alembic costs more time than opening a ledger that is up to date.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        tell_anew(connection, lambda: command.upgrade(config, "head"), "alembic_version")


def tell_anew(connection: Connection, upgrade: Callable[[], None], version_table: str) -> None:
    """Upgrade, and make those rows anew of which this version knows more than the one before."""
    from ledger.retelling import retell, retell_floor

    before = ""
    if inspect(connection).has_table(version_table):
        version = text(f"SELECT version_num FROM {version_table}")  # noqa: S608
        before = str(connection.execute(version).scalar() or "")
    if before:
        log.info("the ledger is brought to this version; calls wait for it", was=before, now=HEAD)
    upgrade()
    if before < TOLD_SINCE:
        retell(connection)
    elif before < ADDED_UP_SINCE:
        retell_floor(connection)


def migrations_folder() -> Path:
    """Where Alembic finds the revisions."""
    return Path(__file__).parent / "migrations"


def unreadable(ledger: Path, error: Exception) -> LedgerError:
    """A database error as a message for a person."""
    cause = getattr(error, "orig", None) or error
    text = str(cause)
    if "locked" in text:
        remedy = "another program holds it; close that program (an sqlite3 shell?) and try again"
    elif "malformed" in text or "not a database" in text:
        remedy = "the file is damaged; move it away and restore a backup, then `ledger verify`"
    elif "full" in text or _no_room(ledger):
        remedy = "the disk is full; make room"
    else:
        remedy = "see that the folder exists, is on a healthy disk and may be written"
    return LedgerError(f"{ledger}: {text}; {remedy}")


def _no_room(ledger: Path) -> bool:
    """SQLite says "disk I/O error" where its shared memory finds no room, though it only reads."""
    try:
        return shutil.disk_usage(ledger.parent).free == 0
    except OSError:
        return False


def prepare_folder(ledger: Path) -> None:
    """Make the folder the ledger lives in; LedgerError when that cannot be."""
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(ledger, error) from None


def _unusable(ledger: Path, error: OSError) -> LedgerError:
    return LedgerError(
        f"{ledger.parent}: {error.strerror or error}; give a writable folder with --state"
    )


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
