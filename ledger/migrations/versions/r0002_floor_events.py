"""The facts of the floor: what agents and supervisors did; a number's calls found at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.tables import Whole

revision = "r0002"
down_revision: str | None = "r0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and an index; nothing that is there changes."""
    op.create_table(
        "floor_events",
        sa.Column("cursor", Whole, primary_key=True, autoincrement=True),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("at", Whole, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_floor_events_agent", "floor_events", ["agent"])
    op.create_index("ix_floor_events_at", "floor_events", ["at"])
    op.create_index("ix_calls_ani", "calls", ["ani", "offered_at"])
