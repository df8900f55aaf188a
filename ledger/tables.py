"""The ledger's tables. Private to this room: others get the frozen rows of `ledger.rows`.

`call_events` and `floor_events` are the truth and only ever grow; `calls` and `recordings` can be
made again from the first.
Times are whole microseconds since 1970 UTC: a tenth of the cost of text, and they sort.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

call_events = Table(
    "call_events",
    metadata,
    Column("cursor", Integer, primary_key=True, autoincrement=True),
    Column("call_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("offset_ms", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # An event's identity is its call and number; one index serves identity, chain and reading.
    UniqueConstraint("call_id", "seq", name="uq_call_events_event"),
    # AUTOINCREMENT: a cursor is never given twice, so that a cut tail shows.
    sqlite_autoincrement=True,
)

floor_events = Table(
    "floor_events",
    metadata,
    Column("cursor", Integer, primary_key=True, autoincrement=True),
    Column("agent", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # An index ends in the cursor by itself: an agent's facts in order, and the last of them.
    Index("ix_floor_events_agent", "agent"),
    Index("ix_floor_events_at", "at"),
    sqlite_autoincrement=True,
)

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("uniqueid", Text, nullable=False),
    Column("ani", Text, nullable=False),
    Column("dnis", Text, nullable=False),
    Column("caller_name", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("offered_at", Integer),
    Column("answered_at", Integer),
    Column("answered_ms", Integer),
    Column("rings", Integer),
    Column("queue", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("hung_up_by", Text, nullable=False),
    Column("ended_at", Integer),
    Column("ended_ms", Integer),
    Column("end_reason", Text),
    Column("disposition", Text),
    Column("recording", Text, nullable=False),
    Column("faults", Integer, nullable=False),
    # Number and hash of the last event once the call is over: a cut tail shows against them.
    Column("sealed_seq", Integer),
    Column("sealed_hash", LargeBinary),
    Index("ix_calls_offered_at", "offered_at"),
    Index("ix_calls_ani", "ani", "offered_at"),
    # A row is found and replaced by its key alone: one tree less to write.
    sqlite_with_rowid=False,
)

recordings = Table(
    "recordings",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("caller_file", Text, nullable=False),
    Column("house_file", Text, nullable=False),
    Column("started_at", Integer),
    Column("started_ms", Integer),
    Column("stopped_ms", Integer),
    Column("stop_reason", Text),
    Column("paused_ms", Integer, nullable=False),
    Column("paused_from_ms", Integer),
    Column("kept_at", Integer),
    Column("file", Text),
    Column("sha256", Text),
    Column("bytes", Integer),
    Column("duration_ms", Integer),
    Column("problem", Text),
    Index("ix_recordings_id", "id"),
    sqlite_with_rowid=False,
)

HEAD = "r0002"
"""Newest revision below `ledger/migrations/versions`; a test holds the two together."""
