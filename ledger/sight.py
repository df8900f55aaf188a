"""Read-only connections to a ledger, in the node's file or in the database nodes ship into."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from calls.errors import LedgerError
from ledger.closing import Closing
from ledger.opening import (
    LedgerAwayError,
    LedgerMissingError,
    file_version,
    other_version,
    reader_engine,
    unreadable,
)
from ledger.postgres.opening import (
    central_engine,
    central_version,
    is_address,
    trouble,
    without_password,
)
from ledger.tables import HEAD

log = structlog.get_logger(__name__)


class Sight(Closing):
    """Where a ledger is read from.

    Raises LedgerMissingError when there is none yet, LedgerError when it cannot be read or is of
    another version. With `may_be_away` a shared database that cannot be reached is no error now:
    each question says so, until it can be.
    """

    def __init__(self, place: Path | str, *, may_be_away: bool = False) -> None:
        self.central = is_address(place)
        self._place = place
        self._engine = central_engine(str(place)) if self.central else reader_engine(Path(place))
        self._checked = False
        try:
            with self.connection():
                pass
        except LedgerAwayError as error:
            if not may_be_away:
                self.close()
                raise
            log.warning("the shared ledger cannot be read yet", problem=str(error))
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        """For messages."""
        return without_password(str(self._place))

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection; what the database says against a query comes as LedgerError."""
        try:
            with self._engine.connect() as connection:
                if not self._checked:
                    self._check(connection)
                yield connection
        except DatabaseError as error:
            raise self._told(error) from None
        except self._engine.dialect.loaded_dbapi.Error as error:
            # From rows that are fetched from the driver itself, as figures are.
            raise self._told(DatabaseError(None, None, error)) from None

    def tuples(self, query: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        """Every row of a query in plain SQL, with a `?` for each value and nowhere else.

        A node's file is asked without SQLAlchemy, which takes longer than SQLite does.
        """
        with self.connection() as connection:
            if self.central:
                found = connection.exec_driver_sql(query.replace("?", "%s"), tuple(values))
                return [tuple(row) for row in found]
            with closing(connection.connection.cursor()) as cursor:
                try:
                    cursor.execute(query, values)
                    return list(cursor.fetchall())
                except sqlite3.Error as error:
                    raise unreadable(Path(self._place), error) from None

    @contextmanager
    def one_moment(self) -> Iterator[Connection]:
        """Several queries see the same; what a server writes meanwhile is in none of them."""
        with self.connection() as connection:
            if self.central:
                connection.execution_options(isolation_level="REPEATABLE READ")
            else:
                connection.exec_driver_sql("BEGIN")
            yield connection

    def close(self) -> None:
        """Close every connection; harmless when done already."""
        self._engine.dispose()

    def _check(self, connection: Connection) -> None:
        if self.central:
            found = central_version(connection)
        else:
            found = file_version(connection, Path(self._place))
        if not found:
            raise LedgerMissingError(
                f"{self.name}: no ledger here yet; `thirdring serve` with this ledger.url, or "
                "`thirdring ledger ship --once`, brings one"
            )
        if found != HEAD:
            raise other_version(self.name, found, central=self.central)
        # What comes after begins a transaction of its own.
        connection.rollback()
        self._checked = True

    def _told(self, error: DatabaseError) -> LedgerError:
        if self.central:
            return trouble(str(self._place), error)
        return unreadable(Path(self._place), error)
