"""Making everything that follows from the facts anew, on either database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from ledger.agent_sums import COLUMNS, HOUR_US, AgentSums, Told, Values
from ledger.encoding import EventRow
from ledger.marks import marks_of
from ledger.pace import Pace
from ledger.projections import fold_call
from ledger.states import CALL_COLUMNS, RECORDING_COLUMNS
from ledger.tables import agent_hours, call_events, call_marks, calls, floor_events, recordings

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it stands in the table; one that cannot be read tells nothing."""

    cursor: int
    row: EventRow
    digest: bytes
    readable: bool


def by_call(connection: Connection) -> Iterator[tuple[str, list[Stored]]]:
    """All events, call by call in order."""
    columns = [
        call_events.c[name]
        for name in ("cursor", "call_id", "seq", "at", "offset_ms", "kind", "data", "hash")
    ]
    query = select(*columns).order_by(call_events.c.call_id, call_events.c.seq)
    with connection.execute(query, execution_options={"yield_per": _BATCH}) as rows:
        for call_id, group in groupby(rows, key=itemgetter(1)):
            yield str(call_id), [_stored(values) for values in group]


def _stored(values: Sequence[Any]) -> Stored:
    cursor, call_id, seq, at, offset_ms, kind, data, digest = values
    try:
        facts = json.loads(data)
        readable = isinstance(facts, dict)
    except (TypeError, ValueError):
        readable = False
    # SQLite keeps any type in any column: what somebody wrote there must not stop the search.
    readable = readable and isinstance(seq, int)
    number = seq if isinstance(seq, int) else 0
    row = EventRow(call_id, number, at, offset_ms, kind, data, facts if readable else {})
    return Stored(cursor, row, digest if isinstance(digest, bytes) else b"", readable)


def retell(connection: Connection) -> int:
    """Make all rows anew in the transaction of `connection`; returns how many calls were told.

    The log tells how many events are done where it takes long.
    """
    retell_floor(connection)
    for table in (calls, recordings, call_marks):
        connection.execute(delete(table))
    rows: dict[Table, list[dict[str, Any]]] = {calls: [], recordings: [], call_marks: []}
    pace = Pace("calls are told anew from their events", _count(connection, call_events))
    told = 0
    for call_id, stored in by_call(connection):
        fold = fold_call(call_id, ((one.row, one.digest) for one in stored))
        told += 1
        if fold.changed:
            rows[calls].append({name: getattr(fold.call, name) for name in CALL_COLUMNS})
            rows[call_marks] += (
                dict(zip(("mark", "offered_at", "call_id"), one, strict=True))
                for one in marks_of(fold.call)
            )
        rows[recordings] += (
            {name: getattr(one, name) for name in RECORDING_COLUMNS}
            for one in fold.recordings.values()
        )
        if told % _BATCH == 0:
            _write(connection, rows.items())
        pace.step(len(stored))
    _write(connection, rows.items())
    pace.end()
    return told


def retell_floor(connection: Connection) -> None:
    """Make `agent_hours` anew from the facts of the floor."""
    connection.execute(delete(agent_hours))
    rows: list[dict[str, Any]] = []
    pace = Pace("agents' hours are added up from their facts", _count(connection, floor_events))
    for values in told_hours(connection, pace):
        rows.append(dict(zip(COLUMNS, values, strict=True)))
        if len(rows) == _BATCH:
            connection.execute(insert(agent_hours), rows)
            rows.clear()
    if rows:
        connection.execute(insert(agent_hours), rows)
    pace.end()


def told_hours(connection: Connection, pace: Pace | None = None) -> Iterator[Values]:
    """The rows of `agent_hours` that the facts of the floor come to; `pace` hears of each fact."""
    event = floor_events.c
    query = select(event.agent, event.node, event.cursor, event.at, event.kind, event.data)
    known: dict[tuple[str, str], AgentSums] = {}
    ordered = query.order_by(event.cursor)
    with connection.execute(ordered, execution_options={"yield_per": _BATCH}) as facts:
        for agent, node, *told in facts:
            sums = known.setdefault((agent, node), AgentSums(agent, node))
            if sums.cursor and told[1] >= sums.hour + HOUR_US:
                yield sums.values()
            sums.take(Told(*told))
            if pace is not None:
                pace.step()
    yield from (sums.values() for sums in known.values())


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _write(connection: Connection, rows: Iterable[tuple[Table, list[dict[str, Any]]]]) -> None:
    for table, values in rows:
        if values:
            connection.execute(insert(table), values)
            values.clear()
