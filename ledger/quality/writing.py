"""Writing facts into the chains of the quality book; the one way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from calls.errors import ConflictError
from calls.quality.events import QualityEvent
from ledger.quality.encoding import chained, headed, quality_event, quality_row
from ledger.quality.projections import apply
from ledger.quality.rows import Entry
from ledger.quality.tables import quality_events, quality_head


def write(connection: Connection, entries: Sequence[Entry], now: datetime) -> list[QualityEvent]:
    """Write these behind the last facts of their streams, in the caller's transaction.

    Raises ConflictError where an `after` does not fit.
    """
    found = connection.execute(select(quality_head.c.cursor, quality_head.c.head)).one()
    cursor, head = int(found[0]), bytes(found[1])
    written = []
    for stream, fact, actor, after in entries:
        seq, before = _last(connection, stream)
        if after is not None and after != seq:
            raise ConflictError(
                f"{stream}: somebody else was faster (fact {seq} is the last, not {after});"
                " look again and repeat what still applies"
            )
        row = quality_row(stream, seq + 1, now, actor, fact)
        digest = chained(before, row)
        cursor, head = cursor + 1, headed(head, digest)
        values = {**row._asdict(), "cursor": cursor, "hash": digest, "head": head}
        connection.execute(insert(quality_events).values(values))
        event = quality_event(row._asdict())
        apply(connection, event)
        written.append(event)
    connection.execute(update(quality_head).values(cursor=cursor, head=head))
    return written


def _last(connection: Connection, stream: str) -> tuple[int, bytes]:
    query = select(quality_events.c.seq, quality_events.c.hash)
    query = query.where(quality_events.c.stream == stream)
    last = connection.execute(query.order_by(quality_events.c.seq.desc()).limit(1)).first()
    return (0, b"") if last is None else (int(last[0]), bytes(last[1]))
