"""The floor's facts as they are stored: one chain an agent, beside the calls' events.

The hash of a fact is SHA-256 over the hash of the agent's fact before it (nothing for the first)
and the row's text fields joined by newlines, as `ledger.encoding` has it for calls. A fact has no
number: the cursor orders it, and a cut end shows in the cursors that were given.
"""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any, NamedTuple

from calls.floor.events import FloorEvent
from ledger.agent_sums import COLUMNS, AgentSums, HourRows, Told
from ledger.encoding import EventRow, at_us, check_row, encode_data


class FloorRow(NamedTuple):
    """A fact of the floor ready for the table; `data` is JSON text."""

    agent: str
    at: int
    """Microseconds since 1970 UTC."""

    kind: str
    data: str


def floor_row(event: FloorEvent) -> FloorRow:
    """The stored form of `event`; ValueError or TypeError when it cannot be stored."""
    row = FloorRow(event.agent, at_us(event.at), event.kind, encode_data(event.data))
    check_row(EventRow(row.agent, 1, row.at, 0, row.kind, row.data, {}))
    return row


def floor_chained(before: bytes, row: FloorRow) -> bytes:
    """SHA-256 that binds `row` to the agent's fact before it."""
    text = f"{row.agent}\n{row.at}\n{row.kind}\n{row.data}"
    return hashlib.sha256(before + text.encode()).digest()


class FloorBatch:
    """The floor's part of one transaction of `ledger.store`; forgotten when that fails."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self._heads: dict[str, bytes] = {}
        self._sums: dict[str, AgentSums] = {}
        self._given = -1
        self._rows: list[tuple[Any, ...]] = []
        self._hours = HourRows()

    def begin(self) -> None:
        """Nothing is in the batch."""
        self._rows.clear()
        self._hours.clear()

    def take(self, row: FloorRow, *, trusting: bool) -> None:
        """Put `row` behind the agent's last; not `trusting`, pass over one that is kept already."""
        if not trusting and self._kept_before(row):
            return
        before = self._heads.get(row.agent)
        if before is None:
            before = self._head(row.agent)
        digest = self._heads[row.agent] = floor_chained(before, row)
        self._rows.append((*row, digest))
        self._add_up(row)

    def write(self) -> None:
        """Insert the batch."""
        if self._rows:
            self._cursor.executemany(_INSERT, self._rows)
            self._cursor.executemany(_HOUR, self._hours.taken())

    def forget(self) -> None:
        """Read every agent's last again: what was taken is not in the database."""
        self._heads.clear()
        self._sums.clear()
        self._given = -1

    def _add_up(self, row: FloorRow) -> None:
        if self._given < 0:
            found = self._cursor.execute(_GIVEN).fetchone()
            self._given = int(found[0]) if found is not None else 0
        self._given += 1
        sums = self._sums.get(row.agent)
        if sums is None:
            sums = self._sums[row.agent] = self._last_sums(row.agent)
        self._hours.take(sums, Told(self._given, row.at, row.kind, row.data))

    def _last_sums(self, agent: str) -> AgentSums:
        found = self._cursor.execute(_LAST_HOUR, (agent,)).fetchone()
        if found is None:
            return AgentSums(agent)
        return AgentSums.from_values(dict(zip(COLUMNS, found, strict=True)))

    def _head(self, agent: str) -> bytes:
        found = self._cursor.execute(_LAST_HASH, (agent,)).fetchone()
        return bytes(found[0]) if found is not None else b""

    def _kept_before(self, row: FloorRow) -> bool:
        return self._cursor.execute(_SAME, row).fetchone() is not None


_INSERT = "INSERT INTO floor_events (agent, at, kind, data, hash) VALUES (?, ?, ?, ?, ?)"
_LAST_HASH = "SELECT hash FROM floor_events WHERE agent = ? ORDER BY cursor DESC LIMIT 1"
_SAME = "SELECT 1 FROM floor_events WHERE agent = ? AND at = ? AND kind = ? AND data = ?"
_GIVEN = "SELECT seq FROM sqlite_sequence WHERE name = 'floor_events'"
_HOUR = f"INSERT OR REPLACE INTO agent_hours VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
_LAST_HOUR = "SELECT * FROM agent_hours WHERE agent = ? AND node = '' ORDER BY hour DESC LIMIT 1"
