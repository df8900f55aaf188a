"""Whether the tables of a database are those of the code."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

from ledger.tables import metadata


def differences(connection: Connection, **options: Any) -> list[Any]:
    """What would have to be changed, index by index and column by column; nothing when the same."""

    def is_for_here(item: SchemaItem, *_: object) -> bool:
        # What the code has for the other database alone.
        only = getattr(item, "_ddl_if", None)
        return only is None or only.dialect == connection.dialect.name

    options |= {"compare_type": True, "include_object": is_for_here}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))
