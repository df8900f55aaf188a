"""The ledger's tables. Private to this room: others get the frozen rows of `ledger.rows`.

`call_events` and `floor_events` are the truth and only ever grow; `calls`, `recordings` and
`call_marks` can be made again from the first, `agent_hours` from the second.
Times are whole microseconds since 1970 UTC: a tenth of the cost of text, and they sort.
`ledger.states` says what each column of the rows is.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

Whole = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on either database; SQLite counts rows in an `INTEGER` only."""

Name = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is found by how it begins: sorts by its bytes, as in SQLite."""

OWED_KINDS = frozenset({"promised", "ticket_opened"})
OWED = text("kind IN ('promised', 'ticket_opened')")

call_events = Table(
    "call_events",
    metadata,
    Column("cursor", Whole, primary_key=True, autoincrement=True),
    Column("call_id", Name, nullable=False),
    Column("seq", Whole, nullable=False),
    Column("at", Whole, nullable=False),
    Column("offset_ms", Whole, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # An event's identity is its call and number; one index serves identity, chain and reading.
    UniqueConstraint("call_id", "seq", name="uq_call_events_event"),
    # What is owed to callers is a fact in a hundred: the day sheet looks at no other.
    Index("ix_call_events_owed", "at", sqlite_where=OWED, postgresql_where=OWED),
    # AUTOINCREMENT: a cursor is never given twice, so that a cut tail shows.
    sqlite_autoincrement=True,
)

floor_events = Table(
    "floor_events",
    metadata,
    Column("cursor", Whole, primary_key=True, autoincrement=True),
    Column("agent", Text, nullable=False),
    Column("at", Whole, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # Where several nodes ship into one database: whose chain it is. Empty in a node's own ledger.
    Column("node", Text, nullable=False, server_default=""),
    # An agent's facts in order, and the last of them. In SQLite an index ends in the cursor by
    # itself.
    Index("ix_floor_events_agent", "agent").ddl_if("sqlite"),
    Index("ix_floor_events_agents", "agent", "cursor").ddl_if("postgresql"),
    Index("ix_floor_events_at", "at"),
    sqlite_autoincrement=True,
)

# An agent's facts added up, as they stood at the end of each hour with any: `ledger.agent_sums`.
agent_hours = Table(
    "agent_hours",
    metadata,
    Column("agent", Name, primary_key=True),
    # As in `floor_events`.
    Column("node", Name, primary_key=True),
    Column("hour", Whole, primary_key=True, autoincrement=False),
    Column("cursor", Whole, nullable=False),
    Column("at", Whole, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("entered_at", Whole),
    Column("sums", Text, nullable=False),
    sqlite_with_rowid=False,
)

LIVE = text("ended_at IS NULL")
UNJUDGED = text("ended_at IS NOT NULL AND judged = 0")
AUDIBLE = text("erased_at IS NULL AND kept_at IS NOT NULL")

calls = Table(
    "calls",
    metadata,
    Column("id", Name, primary_key=True),
    Column("uniqueid", Text, nullable=False),
    Column("ani", Name, nullable=False),
    Column("dnis", Text, nullable=False),
    Column("caller_name", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("offered_at", Whole),
    Column("answered_at", Whole),
    Column("answered_ms", Whole),
    Column("rings", Whole),
    Column("queue", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("hung_up_by", Text, nullable=False),
    Column("ended_at", Whole),
    Column("ended_ms", Whole),
    Column("end_reason", Text),
    Column("disposition", Text),
    Column("recording", Text, nullable=False),
    Column("faults", Whole, nullable=False),
    # Number and hash of the last event once the call is over: a cut tail shows against them.
    Column("sealed_seq", Whole),
    Column("sealed_hash", LargeBinary),
    Column("queued_ms", Whole),
    Column("agent_ms", Whole),
    Column("queue_result", Text),
    Column("queue_waited_ms", Whole),
    Column("talked_ms", Whole),
    Column("held_ms", Whole, nullable=False, server_default="0"),
    Column("wrapped_ms", Whole),
    Column("offers", Whole, nullable=False, server_default="0"),
    Column("judged", Whole, nullable=False, server_default="0"),
    Column("kept", Text, nullable=False, server_default=""),
    Column("broken", Text, nullable=False, server_default=""),
    Column("tag", Text, nullable=False, server_default=""),
    Column("survey_asked", Whole, nullable=False, server_default="0"),
    Column("survey", Whole),
    Column("caller_talk_ms", Whole),
    Column("agent_talk_ms", Whole),
    Column("talk_over_ms", Whole),
    Column("dead_air_ms", Whole),
    Column("stays", Whole, nullable=False, server_default="0"),
    Column("talk_from_ms", Whole),
    Column("talk_to_ms", Whole),
    Column("held_from_ms", Whole),
    Column("disposed_ms", Whole),
    Index("ix_calls_offered_at", "offered_at"),
    Index("ix_calls_ani", "ani", "offered_at"),
    # Calls on the line have no marks yet: there are few of them, and all are looked at.
    Index("ix_calls_live", "offered_at", sqlite_where=LIVE, postgresql_where=LIVE),
    # Between its end and its verdict; a call stands in it for a moment.
    Index("ix_calls_unjudged", "offered_at", sqlite_where=UNJUDGED, postgresql_where=UNJUDGED),
    # A row is found and replaced by its key alone: one tree less to write.
    sqlite_with_rowid=False,
)

recordings = Table(
    "recordings",
    metadata,
    Column("call_id", Name, primary_key=True),
    Column("id", Name, primary_key=True),
    Column("caller_file", Text, nullable=False),
    Column("house_file", Text, nullable=False),
    Column("started_at", Whole),
    Column("started_ms", Whole),
    Column("stopped_ms", Whole),
    Column("stop_reason", Text),
    Column("paused_ms", Whole, nullable=False),
    Column("paused_from_ms", Whole),
    Column("kept_at", Whole),
    Column("file", Text),
    Column("sha256", Text),
    Column("bytes", Whole),
    Column("duration_ms", Whole),
    Column("problem", Text),
    Column("begins_ms", Whole),
    Column("key", Text, nullable=False, server_default=""),
    Column("erased_at", Whole),
    Column("measures", Text),
    Index("ix_recordings_id", "id"),
    # What is erased when its time has come.
    Index("ix_recordings_due", "started_at", sqlite_where=AUDIBLE, postgresql_where=AUDIBLE),
    sqlite_with_rowid=False,
)

# What a call that is over is found by, newest first: `ledger.marks`.
call_marks = Table(
    "call_marks",
    metadata,
    Column("mark", Name, primary_key=True),
    Column("offered_at", Whole, primary_key=True, autoincrement=False),
    Column("call_id", Name, primary_key=True),
    sqlite_with_rowid=False,
)

# How far each node's ledger has come in a database that several ship into; empty in a node's own.
shipments = Table(
    "shipments",
    metadata,
    Column("node", Text, primary_key=True),
    Column("cursor", Whole, nullable=False),
    Column("floor_cursor", Whole, nullable=False),
    # Hash of the node's last event: another ledger under the same name shows against it.
    Column("head", LargeBinary, nullable=False),
    Column("shipped_at", Whole, nullable=False),
    Column("refused", Whole, nullable=False, server_default="0"),
)

HEAD = "r0005"
"""Newest revision below `ledger/migrations/versions`; a test holds the two together."""

TOLD_SINCE = "r0003"
"""Since this revision the rows of calls and recordings are told as now; of older ones, anew."""

ADDED_UP_SINCE = "r0004"
"""Since this revision agents' hours are added up as now; of older ones, anew."""
