"""The first tables: events, calls, recordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.tables import Name, Whole

revision = "r0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of release 1."""
    _events()
    _calls()
    _recordings()


def _events() -> None:
    op.create_table(
        "call_events",
        sa.Column("cursor", Whole, primary_key=True, autoincrement=True),
        _text("call_id"),
        _whole("seq"),
        _whole("at"),
        _whole("offset_ms"),
        _text("kind"),
        _text("data"),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("call_id", "seq", name="uq_call_events_event"),
        sqlite_autoincrement=True,
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", Name, primary_key=True),
        *map(_text, ("uniqueid", "ani", "dnis", "caller_name", "direction", "flow", "channel")),
        _text("language"),
        sa.Column("offered_at", Whole),
        sa.Column("answered_at", Whole),
        sa.Column("answered_ms", Whole),
        sa.Column("rings", Whole),
        *map(_text, ("queue", "agent", "hung_up_by")),
        sa.Column("ended_at", Whole),
        sa.Column("ended_ms", Whole),
        sa.Column("end_reason", sa.Text),
        sa.Column("disposition", sa.Text),
        _text("recording"),
        _whole("faults"),
        sa.Column("sealed_seq", Whole),
        sa.Column("sealed_hash", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_calls_offered_at", "calls", ["offered_at"])


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("call_id", Name, primary_key=True),
        sa.Column("id", Name, primary_key=True),
        *map(_text, ("caller_file", "house_file")),
        sa.Column("started_at", Whole),
        sa.Column("started_ms", Whole),
        sa.Column("stopped_ms", Whole),
        sa.Column("stop_reason", sa.Text),
        _whole("paused_ms"),
        sa.Column("paused_from_ms", Whole),
        sa.Column("kept_at", Whole),
        sa.Column("file", sa.Text),
        sa.Column("sha256", sa.Text),
        sa.Column("bytes", Whole),
        sa.Column("duration_ms", Whole),
        sa.Column("problem", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_recordings_id", "recordings", ["id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, Name if name in ("ani", "call_id") else sa.Text, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, Whole, nullable=False)
