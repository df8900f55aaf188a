"""The same ledger in PostgreSQL: all rows of a file, by COPY, into the tables the shipper makes.

Not the shipper's way: that one folds every event and commits every two thousand. A test compares
what both come to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from ledger.postgres.opening import central_engine, prepare
from ledger.tables import agent_hours, call_events, call_marks, calls, floor_events, recordings

_AT_ONCE = 5000
TABLES = (calls, recordings, call_marks, call_events, floor_events, agent_hours)


def load(source: Path, url: str, tell: Callable[[str, int], None]) -> None:
    """Copy everything; tables that have rows already are passed over, so a run can go on."""
    engine = central_engine(url, pool_size=1)
    prepare(engine, url)
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as file:
        for table in TABLES:
            with engine.begin() as connection:
                cursor: Any = connection.connection.cursor()
                cursor.execute("SET statement_timeout = 0; SET synchronous_commit = off")
                cursor.execute(f"SELECT 1 FROM {table.name} LIMIT 1")  # noqa: S608
                if cursor.fetchone() is None:
                    _copy(file, cursor, table, tell)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        # What autovacuum does within minutes on a database that runs.
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def _copy(
    file: sqlite3.Connection, cursor: Any, table: Table, tell: Callable[[str, int], None]
) -> None:
    names = [column.name for column in table.columns]
    listed = ", ".join(f'"{name}"' for name in names)
    rows = file.execute(f"SELECT {listed} FROM {table.name}")  # noqa: S608
    copied = 0
    with cursor.copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
        for part in _parts(rows):
            copy.write("".join(map(_line, part)))
            copied += len(part)
            tell(table.name, copied)


def _parts(rows: sqlite3.Cursor) -> Iterator[list[tuple[Any, ...]]]:
    while part := rows.fetchmany(_AT_ONCE):
        yield part


def _line(row: tuple[Any, ...]) -> str:
    return "\t".join(map(_value, row)) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return "\\N" if value is None else f"\\\\x{value.hex()}"
