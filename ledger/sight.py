"""Read-only connections to a ledger, in the node's file or in the database nodes ship into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from calls.errors import LedgerError
from ledger.opening import LedgerMissingError, check_schema, reader_engine, unreadable
from ledger.postgres.opening import (
    central_engine,
    is_address,
    is_current,
    trouble,
    without_password,
)


class Sight:
    """Where a ledger is read from.

    Raises LedgerMissingError when there is none yet, LedgerError when it cannot be read or is of
    another version.
    """

    def __init__(self, place: Path | str) -> None:
        self.central = is_address(place)
        self._place = place
        self._engine = central_engine(str(place)) if self.central else reader_engine(Path(place))
        try:
            self._check()
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
                yield connection
        except DatabaseError as error:
            raise self._told(error) from None

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

    def __enter__(self) -> Sight:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _check(self) -> None:
        with self.connection() as connection:
            if not self.central:
                current = check_schema(connection, Path(self._place))
            elif not (current := is_current(connection, str(self._place))):
                raise LedgerMissingError(
                    f"{self.name}: no ledger here yet; `thirdring serve` with this ledger.url, or "
                    "`thirdring ledger ship --once`, brings one"
                )
        if not current:
            raise LedgerError(
                f"{self.name}: written by an earlier version; start `thirdring serve` once to "
                "update it"
            )

    def _told(self, error: DatabaseError) -> LedgerError:
        if self.central:
            return trouble(str(self._place), error)
        return unreadable(Path(self._place), error)
