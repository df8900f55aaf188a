"""An agent's time added up by the hour; what is owed, unjudged and due is found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.tables import AUDIBLE, OWED, UNJUDGED, Name, Whole

revision = "r0004"
down_revision: str | None = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table and indexes; `ledger.retelling` fills the table from the facts of the floor."""
    op.create_table(
        "agent_hours",
        sa.Column("agent", Name, primary_key=True),
        sa.Column("node", Name, primary_key=True),
        sa.Column("hour", Whole, primary_key=True, autoincrement=False),
        sa.Column("cursor", Whole, nullable=False),
        sa.Column("at", Whole, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("entered_at", Whole),
        sa.Column("sums", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    for name, table, column, where in (
        ("ix_call_events_owed", "call_events", "at", OWED),
        ("ix_calls_unjudged", "calls", "offered_at", UNJUDGED),
        ("ix_recordings_due", "recordings", "started_at", AUDIBLE),
    ):
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
