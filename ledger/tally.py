"""Reading what figures are made of: the numbers of all calls of a stretch of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, case, select

from ledger.encoding import at_us
from ledger.tables import calls

if TYPE_CHECKING:
    from ledger.call_columns import CallColumns

_A_PART = 20_000
"""Calls: some 10 MB while they are read."""

_AT_ONCE = 500
"""Rows fetched at once: few enough that Python's collector of garbage never looks at them."""


class Tallying:
    """Part of `ledger.reader.LedgerReader`."""

    def call_columns(
        self, since: datetime, until: datetime, queue: str | None = None
    ) -> Iterator[CallColumns]:
        """Calls offered in [since, until), oldest first, in parts of at most 20,000; of one queue
        when it is given.

        Not sorted further: to PostgreSQL that would be a third of the work.
        """
        # Imported here: NumPy costs more time than most commands take.
        from ledger.call_columns import NUMBERS, TEXTS, call_columns

        names = ("id", "offered_at", *TEXTS, *NUMBERS, "flags")
        columns = [*(calls.c[name] for name in names[:-1]), _flags()]
        query = (
            select(*columns)
            .where(calls.c.offered_at >= at_us(since), calls.c.offered_at < at_us(until))
            .order_by(calls.c.offered_at)
        )
        if queue is not None:
            query = query.where(calls.c.queue == queue)
        with self._one_moment() as connection:
            for values in _parts(connection, query, len(names)):
                yield call_columns(dict(zip(names, values, strict=True)))

    def _one_moment(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError


def _parts(connection: Connection, query: Select[Any], width: int) -> Iterator[list[list[Any]]]:
    """What the query finds, column by column."""
    with connection.execute(query, execution_options={"stream_results": True}) as found:
        # The driver's own rows, but for the first, which is fetched already: a row object of
        # SQLAlchemy's costs a quarter of its reading.
        rows: Sequence[Sequence[Any]] = found.fetchmany(1)
        columns: list[list[Any]] = [[] for _ in range(width)]
        while rows:
            for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                column.extend(values)
            if len(columns[0]) >= _A_PART:
                yield columns
                columns = [[] for _ in range(width)]
            rows = found.cursor.fetchmany(_AT_ONCE)
        if columns[0]:
            yield columns


def _flags() -> ColumnElement[int]:
    """`ledger.call_columns.FLAGS` as one number."""
    claims: tuple[ColumnElement[bool], ...] = (
        calls.c.answered_ms.is_not(None),
        calls.c.ended_ms.is_not(None),
        calls.c.direction == "outbound",
        calls.c.survey_asked == 1,
        calls.c.recording != "",
    )
    bits = [case((claim, 1 << bit), else_=0) for bit, claim in enumerate(claims)]
    return sum(bits[1:], bits[0])
