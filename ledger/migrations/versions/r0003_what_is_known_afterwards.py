"""What is known of a call once it is over, and the search index of calls that are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.tables import LIVE, Name, Whole

revision = "r0003"
down_revision: str | None = "r0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns, a table and an index; `ledger.retelling` fills them for calls that are there."""
    lengths = "queued_ms agent_ms queue_waited_ms talked_ms wrapped_ms survey caller_talk_ms"
    lengths += " agent_talk_ms talk_over_ms dead_air_ms"
    lengths += " talk_from_ms talk_to_ms held_from_ms disposed_ms"
    for name in lengths.split():
        op.add_column("calls", sa.Column(name, Whole))
    for name in ("held_ms", "offers", "judged", "survey_asked", "stays"):
        op.add_column("calls", sa.Column(name, Whole, nullable=False, server_default="0"))
    for name in ("kept", "broken", "tag"):
        op.add_column("calls", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("calls", sa.Column("queue_result", sa.Text))
    op.create_index(
        "ix_calls_live", "calls", ["offered_at"], sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.add_column("recordings", sa.Column("key", sa.Text, nullable=False, server_default=""))
    op.add_column("recordings", sa.Column("begins_ms", Whole))
    op.add_column("recordings", sa.Column("erased_at", Whole))
    op.add_column("recordings", sa.Column("measures", sa.Text))
    op.add_column("floor_events", sa.Column("node", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "call_marks",
        sa.Column("mark", Name, primary_key=True),
        sa.Column("offered_at", Whole, primary_key=True, autoincrement=False),
        sa.Column("call_id", Name, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shipments",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("cursor", Whole, nullable=False),
        sa.Column("floor_cursor", Whole, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sa.Column("shipped_at", Whole, nullable=False),
        sa.Column("refused", Whole, nullable=False, server_default="0"),
    )
