"""The ways that PostgreSQL is told to go where its guesses lead astray."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

_OTHER_WAYS = ("sort", "hashjoin", "mergejoin", "bitmapscan", "seqscan", "material")


def go_by_index(connection: Connection) -> None:
    """Have PostgreSQL go by the order of an index, in this transaction; SQLite does so by itself.

    By its guesses too few rows fit to make that worth while: it would sort, or read a table of
    every event there is.
    """
    if connection.dialect.name == "postgresql":
        set_off = (func.set_config(f"enable_{way}", "off", True) for way in _OTHER_WAYS)
        connection.execute(select(*set_off))
