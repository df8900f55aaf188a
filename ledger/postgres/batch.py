"""One step of a node's facts into the database: facts, rows, marks and progress in one commit.

Under one advisory lock, so that cursors are given in the order of the commits and a follower
misses nothing. Where the node's ledger goes on is read from the database, under the same lock: a
step whose commit was heard or not comes once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Connection, Table, delete, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from calls.errors import LedgerError
from ledger.agent_sums import COLUMNS, AgentSums, HourRows, Told
from ledger.encoding import EventRow
from ledger.fold import Fold
from ledger.marks import marks_of
from ledger.postgres.opening import LOCK
from ledger.projections import apply
from ledger.row_writing import Changes
from ledger.states import CALL_COLUMNS, RECORDING_COLUMNS, CallState, RecordingState
from ledger.tables import (
    agent_hours,
    call_events,
    call_marks,
    calls,
    floor_events,
    recordings,
    shipments,
)

log = structlog.get_logger(__name__)

_EVENT = ("cursor", "call_id", "seq", "at", "offset_ms", "kind", "data", "hash")
_FLOOR = ("cursor", "agent", "at", "kind", "data", "hash", "node")
GIVEN = ""
"""The row of `shipments` that tells which cursors were given."""


class OtherLedgerError(LedgerError):
    """The database has facts under this node's name that its ledger does not."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a node's ledger is in the database."""

    cursor: int = 0
    floor_cursor: int = 0
    head: bytes = b""
    refused: int = 0


@dataclass(slots=True)
class Step:
    """What a node ships at once: rows of its `call_events` and `floor_events` in order."""

    events: Sequence[tuple[Any, ...]]
    """`cursor call_id seq at offset_ms kind data hash`."""

    floor: Sequence[tuple[Any, ...]]
    """`cursor agent at kind data hash`."""


@dataclass(slots=True)
class Batch:
    """One transaction in `connection`, on behalf of `node`."""

    connection: Connection
    node: str
    now_us: int
    _folds: dict[str, Fold] = field(default_factory=dict)
    _known: dict[str, int] = field(default_factory=dict)
    _refused: int = 0

    def begin(self) -> Progress:
        """Keep all other writers out, and say how far the node is."""
        execute = self.connection.execute
        execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        return progress(self.connection, self.node)

    def write(self, step: Step, before: Progress) -> Progress:
        """Write a step that begins behind `before`; returns where it ends."""
        given = progress(self.connection, GIVEN)
        self._read({str(row[1]) for row in step.events})
        fresh = [row for row in step.events if self._take(row)]
        cursor = _copy(self.connection, call_events, _EVENT, _numbered(fresh, given.cursor))
        floor = [(*row, self.node) for row in step.floor]
        floor = _numbered(floor, given.floor_cursor)
        floor_cursor = _copy(self.connection, floor_events, _FLOOR, floor)
        self._add_up(floor)
        self._write_rows()
        ends = Progress(
            step.events[-1][0] if step.events else before.cursor,
            step.floor[-1][0] if step.floor else before.floor_cursor,
            bytes(step.events[-1][7]) if step.events else before.head,
            before.refused + self._refused,
        )
        self._note(self.node, ends)
        self._note(
            GIVEN, Progress(given.cursor + cursor, given.floor_cursor + floor_cursor, b"", 0)
        )
        return ends

    def _read(self, call_ids: set[str]) -> None:
        """Folds of calls that are here already; all others are new."""
        event = call_events.c
        newest = (
            select(event.call_id, func.max(event.seq))
            .where(event.call_id.in_(list(call_ids)))
            .group_by(event.call_id)
        )
        last = select(event.call_id, event.seq, event.hash, event.at, event.offset_ms).where(
            tuple_(event.call_id, event.seq).in_(newest)
        )
        for call_id, seq, digest, at, offset_ms in self.connection.execute(last):
            self._folds[call_id] = Fold(
                CallState(id=call_id),
                last_seq=seq,
                last_hash=bytes(digest),
                last_at=at,
                last_ms=offset_ms,
            )
            self._known[call_id] = seq
        here = list(self._folds)
        columns = [calls.c[name] for name in CALL_COLUMNS]
        for row in self.connection.execute(select(*columns).where(calls.c.id.in_(here))):
            fold = self._folds[row.id]
            fold.call = CallState(**row._mapping)
            fold.marks, fold.renamed = marks_of(fold.call), False
        columns = [recordings.c[name] for name in RECORDING_COLUMNS]
        query = select(*columns).where(recordings.c.call_id.in_(here))
        for row in self.connection.execute(query):
            self._folds[row.call_id].recordings[row.id] = RecordingState(**row._mapping)

    def _take(self, row: tuple[Any, ...]) -> bool:
        """Fold an event in; False for one that is here already."""
        _, call_id, seq, at, offset_ms, kind, data, digest = row
        if seq <= self._known.get(call_id, 0):
            self._compare(call_id, seq, bytes(digest))
            return False
        fold = self._folds.get(call_id)
        if fold is None:
            fold = self._folds[call_id] = Fold(CallState(id=call_id))
        event = EventRow(call_id, seq, at, offset_ms, kind, data, _facts(data))
        apply(fold, event, bytes(digest))
        return True

    def _compare(self, call_id: str, seq: int, digest: bytes) -> None:
        query = select(call_events.c.hash).where(
            call_events.c.call_id == call_id, call_events.c.seq == seq
        )
        found = self.connection.execute(query).scalar()
        if found is None or bytes(found) != digest:
            self._refused += 1
            log.critical("two nodes claim one event", call_id=call_id, seq=seq, node=self.node)

    def _write_rows(self) -> None:
        changes = Changes()
        for fold in self._folds.values():
            changes.take(fold)
        _upsert(self.connection, calls, CALL_COLUMNS, [*changes.renamed, *changes.calls])
        _upsert(self.connection, recordings, RECORDING_COLUMNS, changes.recordings)
        columns = (call_marks.c.mark, call_marks.c.offered_at, call_marks.c.call_id)
        if changes.unmarked:
            gone = tuple_(*columns).in_(changes.unmarked)
            self.connection.execute(delete(call_marks).where(gone))
        _copy(self.connection, call_marks, ("mark", "offered_at", "call_id"), changes.marked)

    def _add_up(self, floor: Sequence[tuple[Any, ...]]) -> None:
        """The agents' sums by the hour; `floor` has the database's own cursors."""
        known: dict[str, AgentSums] = {}
        rows = HourRows()
        for cursor, agent, at, kind, data, *_ in floor:
            if agent not in known:
                known[agent] = self._last_sums(agent)
            rows.take(known[agent], Told(cursor, at, kind, data))
        _upsert(self.connection, agent_hours, COLUMNS, rows.taken())

    def _last_sums(self, agent: str) -> AgentSums:
        query = select(agent_hours).where(
            agent_hours.c.agent == agent, agent_hours.c.node == self.node
        )
        newest = query.order_by(agent_hours.c.hour.desc()).limit(1)
        found = self.connection.execute(newest).mappings().first()
        return AgentSums(agent, self.node) if found is None else AgentSums.from_values(dict(found))

    def _note(self, node: str, ends: Progress) -> None:
        values: Mapping[str, Any] = {
            "node": node,
            "cursor": ends.cursor,
            "floor_cursor": ends.floor_cursor,
            "head": ends.head,
            "shipped_at": self.now_us,
            "refused": ends.refused,
        }
        statement = insert(shipments).values(values)
        new = {name: statement.excluded[name] for name in values if name != "node"}
        self.connection.execute(statement.on_conflict_do_update(index_elements=["node"], set_=new))


def progress(connection: Connection, node: str) -> Progress:
    """How far a node's ledger is in the database."""
    columns = (shipments.c.cursor, shipments.c.floor_cursor, shipments.c.head, shipments.c.refused)
    found = connection.execute(select(*columns).where(shipments.c.node == node)).first()
    if found is None:
        return Progress()
    return Progress(found.cursor, found.floor_cursor, bytes(found.head), found.refused)


def _facts(data: str) -> Mapping[str, Any]:
    try:
        facts = json.loads(data)
    except (TypeError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _numbered(rows: Iterable[Sequence[Any]], given: int) -> list[tuple[Any, ...]]:
    """Rows with the database's own cursors in place of the node's."""
    return [(given + place, *row[1:]) for place, row in enumerate(rows, start=1)]


def _copy(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> int:
    """Insert by COPY, several times as fast as INSERT; returns how many."""
    if rows:
        named = ", ".join(f'"{name}"' for name in columns)
        cursor: Any = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({named}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    return len(rows)


def _upsert(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    new = {name: statement.excluded[name] for name in columns if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=new)
    connection.execute(statement, [dict(zip(columns, row, strict=True)) for row in rows])
