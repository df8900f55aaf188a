"""Opening the database that nodes ship into: address, schema, errors that say what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from calls.errors import ConfigError, LedgerError
from ledger.opening import LedgerAwayError, other_version
from ledger.tables import HEAD

_SCHEMES = ("postgresql://", "postgresql+psycopg://")
_STATEMENT_MS = 60_000
CONNECTING: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 4,
}
"""Seconds and probes: a machine that vanished is given up after 40 s (libpq's own: two hours)."""

VERSION_TABLE = "ledger_version"
"""Alembic's: the database may be somebody else's too, with an `alembic_version` of theirs."""

LOCK = 0x7468_6972_6472
"""Advisory lock of everybody who writes: cursors then are in the order of the commits."""


def is_address(place: str | Path) -> bool:
    """Whether it names a database of PostgreSQL's rather than a file."""
    return isinstance(place, str) and place.startswith(_SCHEMES)


def without_password(url: str) -> str:
    """The address as it may be shown."""
    return re.sub(r"(//[^:@/]*):[^@]*@", r"\1:***@", re.sub(r"(password=)[^&]*", r"\1***", url))


def central_engine(url: str, *, pool_size: int = 4) -> Engine:
    """Connections to the database; none is made yet.

    Raises ConfigError for an address that is none, or when the driver is not installed.
    """
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    # A page of fifty calls is found before helpers and compilers have started.
    options = (
        f"-c statement_timeout={_STATEMENT_MS} -c timezone=UTC -c jit=off"
        " -c max_parallel_workers_per_gather=0"
    )
    try:
        return create_engine(
            address,
            pool_size=pool_size,
            pool_pre_ping=True,
            connect_args={"options": options, **CONNECTING},
        )
    except (ImportError, NoSuchModuleError) as error:
        raise ConfigError(
            f"{without_password(url)}: PostgreSQL's driver is not installed ({error}); "
            "pip install thirdring[postgresql]"
        ) from None
    except (SQLAlchemyError, ValueError) as error:
        raise ConfigError(
            f"ledger.url {without_password(url)!r}: {error}; write postgresql://user@host/database"
        ) from None


def prepare(engine: Engine, url: str) -> None:
    """Make or update the ledger's tables; one of several nodes does it, the others wait.

    Raises LedgerError when it cannot be, or when a later version wrote there.
    """
    try:
        with engine.connect() as connection:
            if is_current(connection, url):
                return
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            if not is_current(connection, url):
                _upgrade(connection)
    except DatabaseError as error:
        raise trouble(url, error) from None


def rebuild_central(url: str) -> int:
    """Make the rows anew from the events in one transaction; returns how many calls were told."""
    from ledger.retelling import retell

    engine = central_engine(url, pool_size=1)
    prepare(engine, url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            return retell(connection)
    except DatabaseError as error:
        raise trouble(url, error) from None
    finally:
        engine.dispose()


def is_current(connection: Connection, url: str) -> bool:
    """Whether the schema is this version's; LedgerError when it is a later one's."""
    found = central_version(connection)
    if found > HEAD:
        raise other_version(without_password(url), found, central=True)
    return found == HEAD


def central_version(connection: Connection) -> str:
    """The schema's revision; empty where no node has shipped yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
    return str(found or "")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    from ledger.opening import migrations_folder, tell_anew

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    tell_anew(connection, lambda: command.upgrade(config, "head"), VERSION_TABLE)


def trouble(url: str, error: Exception) -> LedgerError:
    """A database error as a message for a person; LedgerAwayError when it cannot be reached."""
    cause = getattr(error, "orig", None) or error
    first = str(cause).strip().partition("\n")[0] or type(cause).__name__
    state = getattr(cause, "sqlstate", None) or ""
    for begins, words, remedy in _REMEDIES:
        # What is wrong at signing in comes without a state.
        if (begins and state.startswith(begins)) or any(word in first for word in words):
            return LedgerError(f"{without_password(url)}: {first}; {remedy}")
    if passes(error):
        return _away(without_password(url), first)
    return LedgerError(f"{without_password(url)}: {first}; PostgreSQL's log there says more")


def _away(where: str, said: str) -> LedgerAwayError:
    if "statement timeout" in said:
        return LedgerAwayError(
            f"{where}: {said}; it took over a minute; ask for a shorter time, and have `VACUUM"
            " ANALYZE` run there if it was just filled or restored"
        )
    return LedgerAwayError(
        f"{where}: {said}; see that PostgreSQL runs there and takes connections (each node keeps"
        " its facts and ships them then)"
    )


_REMEDIES = (
    ("3D", ('" does not exist',), "make the database with createdb, and its user with createuser"),
    ("28", ("password", "pg_hba"), "check user and password in the address"),
    ("42501", ("permission denied",), "let the user create and write tables there"),
    ("53", ("too many",), "make room, or allow more connections"),
    ("42P01", (), "no node has shipped there yet: `thirdring ledger ship --once`"),
)
_RETRIED = ("40001", "40P01", "57P0", "08", "53", "55P03", "57014", "25006")
"""Conflicts, shut-downs, lost connections, full disks, locks, time-outs, a read-only standby."""


def passes(error: Exception) -> bool:
    """Whether trying the same again later may go well."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    # Without a state the connection itself failed.
    return state is None or state.startswith(_RETRIED)
