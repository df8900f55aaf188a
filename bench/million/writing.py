"""Making the ledger: the events' chains, rows and marks as the writer makes them, but in bulk.

The product's own encoding, chain, fold and statements; only the commits differ: one every few
thousand calls, unsynced. `verify` and `rebuild` hold for it as for any ledger (a test looks).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.million.calls import UNTIL, Told, chunk
from bench.million.floor import days_of, floor_day
from ledger.encoding import EventRow, at_us, chained, encode_data
from ledger.floor import FloorBatch, floor_row
from ledger.fold import Fold
from ledger.opening import migrate, writer_connection, writer_engine
from ledger.projections import apply
from ledger.row_writing import Changes, statements
from ledger.states import CALL_COLUMNS, CallState
from ledger.store import EVENT_INSERTS, MARK_INSERTS, RECORDING_UPSERTS
from ledger.tables import calls as call_rows

CHUNK = 2000
_DAY_US = 86_400_000_000
_CALL_INSERTS = statements(call_rows, CALL_COLUMNS)


def make(path: Path, calls: int, tell: Callable[[int], None]) -> int:
    """Make or finish the ledger at `path`; returns its events. `tell` hears how many calls stand.

    A ledger that was made for another number of calls must be deleted first (ValueError).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(writer_connection(path)) as connection:
        migrate(writer_engine(connection), path)
        connection.execute("PRAGMA synchronous=OFF").close()
        connection.execute("PRAGMA cache_size=-262144").close()
        (of,) = connection.execute("PRAGMA user_version").fetchone()
        if of not in (0, calls):
            raise ValueError(f"{path} was begun for {of} calls; delete it or ask for {of}")
        connection.execute(f"PRAGMA user_version={calls:d}").close()
        (done,) = connection.execute("SELECT count(*) FROM calls").fetchone()
        while done < calls:
            done += _write(connection, done, calls)
            tell(done)
        _write_floor(connection, days_of(calls), lambda: tell(done))
        (events,) = connection.execute("SELECT max(cursor) FROM call_events").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    return int(events or 0)


def _write(connection: sqlite3.Connection, first: int, of: int) -> int:
    changes = Changes()
    events: list[tuple[Any, ...]] = []
    made = chunk(first, CHUNK, of)
    for call_id, offered_at, told in made:
        fold = Fold(CallState(id=call_id))
        _events(events, fold, call_id, at_us(offered_at), told)
        changes.take(fold)
    cursor = connection.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    EVENT_INSERTS.run(cursor, events)
    _CALL_INSERTS.run(cursor, changes.renamed)
    RECORDING_UPSERTS.run(cursor, changes.recordings)
    MARK_INSERTS.run(cursor, changes.marked)
    cursor.execute("COMMIT")
    return len(made)


def _write_floor(connection: sqlite3.Connection, days: int, tell: Callable[[], None]) -> None:
    """Days that are not there yet, each in one transaction."""
    cursor = connection.cursor()
    (last,) = cursor.execute("SELECT max(at) FROM floor_events").fetchone()
    left = range(days) if last is None else range(days - (at_us(UNTIL) - last) // _DAY_US, days)
    batch = FloorBatch(cursor)
    for day in left:
        cursor.execute("BEGIN IMMEDIATE")
        batch.begin()
        for fact in floor_day(day, days):
            batch.take(floor_row(fact), trusting=True)
        batch.write()
        cursor.execute("COMMIT")
        tell()


def _events(
    rows: list[tuple[Any, ...]], fold: Fold, call_id: str, began: int, told: list[Told]
) -> None:
    for seq, (offset_ms, kind, data) in enumerate(told, start=1):
        row = EventRow(
            call_id, seq, began + offset_ms * 1000, offset_ms, kind, encode_data(data), data
        )
        digest = chained(fold.last_hash, row)
        apply(fold, row, digest)
        rows.append((*row[:6], digest))
