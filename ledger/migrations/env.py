"""Alembic's entry: runs on the connection that `ledger.opening` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=context.config.attributes.get("version_table", "alembic_version"),
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
