"""Finding what was done to the facts of the floor; the other half of `ledger.verify`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection, Row, inspect, select

from ledger.agent_sums import COLUMNS
from ledger.floor import FloorRow, floor_chained
from ledger.retelling import told_hours
from ledger.tables import agent_hours, floor_events

_BATCH = 500


def floor_findings(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Agent, what and detail of each fact that does not fit its agent's chain.

    A fact that was taken out or moved makes the next one of its agent misfit, too: which of the two
    it was, the holes in the cursors say.
    """
    heads: dict[tuple[str, str], bytes] = {}
    there = {column["name"] for column in inspect(connection).get_columns(floor_events.name)}
    columns = [column for column in floor_events.columns if column.name in there]
    query = select(*columns).order_by(floor_events.c.cursor)
    for row in connection.execute(query, execution_options={"yield_per": _BATCH}):
        agent, digest = str(row.agent), row.hash if isinstance(row.hash, bytes) else b""
        # Each node has a chain of its own for an agent.
        chain = agent, str(row._mapping.get("node", ""))
        if not _fits(row, heads.get(chain, b""), digest):
            detail = f"row {row.cursor} ({row.kind}) does not fit its hash"
            yield agent, "edited", detail
        heads[chain] = digest


def wrong_hours(connection: Connection) -> list[str]:
    """Agents whose rows of `agent_hours` say otherwise than their facts; none for a ledger that an
    older version left."""
    if not inspect(connection).has_table(agent_hours.name):
        return []
    columns = [agent_hours.c[name] for name in COLUMNS]
    stored = connection.execute(select(*columns), execution_options={"yield_per": _BATCH})
    with stored as rows:
        kept = {(row.agent, row.node, row.hour): tuple(row) for row in rows}
    wrong = {row[0] for row in told_hours(connection) if kept.pop(row[:3], None) != row}
    return sorted(wrong | {agent for agent, _, _ in kept})


def _fits(row: Row[tuple[object, ...]], before: bytes, digest: bytes) -> bool:
    try:
        readable = isinstance(json.loads(row.data), dict) and isinstance(row.at, int)
    except (TypeError, ValueError):
        return False
    stored = FloorRow(row.agent, row.at, row.kind, row.data)
    return readable and floor_chained(before, stored) == digest


def floor_head(connection: Connection) -> bytes:
    """Hash of the last fact by cursor; empty for none."""
    newest = select(floor_events.c.hash).order_by(floor_events.c.cursor.desc()).limit(1)
    found = connection.execute(newest).scalar()
    return bytes(found) if found is not None else b""
