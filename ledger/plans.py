"""The ways that PostgreSQL is told to go where its guesses lead astray."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

_OTHER_WAYS = ("sort", "hashjoin", "mergejoin", "bitmapscan", "seqscan", "material")
_KNOWS_MEMOIZE = (14,)
"""A call is looked up once: remembering what was found costs a fifth, and is never asked again."""


def go_by_index(connection: Connection, *, merging: bool = False, sorting: bool = False) -> None:
    """Have PostgreSQL go by the order of an index, in this transaction; SQLite does so by itself.
    With `merging` it may also go through two indexes at once, where their orders are the same; with
    `sorting` by an index of another order, too.

    By its guesses too few rows fit to make that worth while: it would sort, or read a table of
    every event there is.
    """
    dialect = connection.dialect
    if dialect.name == "postgresql":
        newer = (dialect.server_version_info or ()) >= _KNOWS_MEMOIZE
        ways = set(_OTHER_WAYS) | ({"memoize"} if newer else set())
        ways -= ({"mergejoin"} if merging else set()) | ({"sort"} if sorting else set())
        set_off = (func.set_config(f"enable_{way}", "off", True) for way in sorted(ways))
        connection.execute(select(*set_off))
