"""In PostgreSQL, too, an agent's facts of an hour are read by an index, whoever else was there."""

from __future__ import annotations

from alembic import op

revision = "r0005"
down_revision: str | None = "r0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put an index in the place of another; SQLite's own holds the cursor already."""
    if op.get_context().dialect.name != "postgresql":
        return
    op.create_index("ix_floor_events_agents", "floor_events", ["agent", "cursor"])
    op.drop_index("ix_floor_events_agent", "floor_events")
