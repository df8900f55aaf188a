"""Ledgers as earlier versions left them, with one usual call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from calls.events import CallEvent
from ledger.encoding import chained, event_row
from ledger.opening import migrations_folder, writer_connection, writer_engine
from ledger.projections import fold_call
from tests.ledger.house import ListSink, by_hand, place


def old_ledger(path: Path, revision: str, events: Sequence[CallEvent] = ()) -> str:
    """A ledger of that schema with one call, of `events` or a usual one; returns its id."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    with (
        closing(writer_connection(path)) as connection,
        writer_engine(connection).begin() as opened,
    ):
        config.attributes["connection"] = opened
        command.upgrade(config, revision)
        there = {
            table: [column["name"] for column in inspect(opened).get_columns(table)]
            for table in ("calls", "recordings")
        }
    if not events:
        sink = ListSink()
        place(sink)
        events = sink.events
    hashed, digest = [], b""
    for row in map(event_row, events):
        digest = chained(digest, row)
        hashed.append((row, digest))
        columns = "call_id, seq, at, offset_ms, kind, data, hash"
        text = f"INSERT INTO call_events ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        by_hand(path, text, (*row[:6], digest))
    fold = fold_call(events[0].call_id, hashed)
    _insert(path, "calls", there["calls"], fold.call)
    for recording in fold.recordings.values():
        _insert(path, "recordings", there["recordings"], recording)
    return events[0].call_id


def _insert(path: Path, table: str, columns: Sequence[str], row: object) -> None:
    places = ", ".join("?" * len(columns))
    text = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    by_hand(path, text, tuple(getattr(row, name) for name in columns))
