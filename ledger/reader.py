"""Reading the ledger while it is written: calls, events, recordings, and following by cursor."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, and_, false, or_, select

from calls.errors import LedgerError
from calls.events import CallEvent
from ledger.closing import Closing
from ledger.conditions import prefix_range
from ledger.encoding import at_us, from_us
from ledger.floor_reader import FloorReading
from ledger.following import Following
from ledger.plans import go_by_index
from ledger.row_reading import call_row, recording_row
from ledger.rows import CallRow, RecordingRow
from ledger.search import Searching
from ledger.sight import Sight
from ledger.tables import AUDIBLE, UNJUDGED, call_events, calls, recordings
from ledger.tally import Tallying

_EVENTS = (
    call_events.c.call_id,
    call_events.c.seq,
    call_events.c.at,
    call_events.c.offset_ms,
    call_events.c.kind,
    call_events.c.data,
)


class LedgerReader(FloorReading, Following, Searching, Tallying, Closing):
    """Read-only sight of a ledger; any number of them, beside the writer, from any thread.

    `place` is a node's `ledger.sqlite`, or the `postgresql://` address that nodes ship into. Raises
    LedgerMissingError when there is no ledger yet, LedgerError when it cannot be read, is none, or
    of another version. `may_be_away` as in `ledger.sight.Sight`.
    """

    def __init__(self, place: Path | str, *, may_be_away: bool = False) -> None:
        self.place = place
        self._sight = Sight(place, may_be_away=may_be_away)

    def calls(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        live: bool | None = None,
    ) -> list[CallRow]:
        """Calls offered in [since, until), oldest first; with `limit` the latest so many.

        `live` True gives only calls that have not ended, False only those that have.
        """
        query = select(calls).order_by(calls.c.offered_at.desc(), calls.c.id.desc())
        if since is not None:
            query = query.where(calls.c.offered_at >= at_us(since))
        if until is not None:
            query = query.where(calls.c.offered_at < at_us(until))
        if live is not None:
            ended = calls.c.ended_at
            query = query.where(ended.is_(None) if live else ended.is_not(None))
        if limit is not None:
            query = query.limit(limit)
        return [call_row(values) for values in reversed(self._rows(query))]

    def call(self, call_id: str) -> CallRow:
        """The call with this id, or whose id alone begins so.

        Raises LedgerError when there is none or more than one.
        """
        exact = self._rows(select(calls).where(calls.c.id == call_id))
        if exact:
            return call_row(exact[0])
        prefix = select(calls).where(*prefix_range(calls.c.id, call_id))
        found = self._rows(prefix.order_by(calls.c.id).limit(9)) if call_id else []
        if len(found) == 1:
            return call_row(found[0])
        if not found:
            raise LedgerError(
                f"{self._sight.name}: no call {call_id!r}; `thirdring calls list` shows them"
            )
        ids = ", ".join(values["id"] for values in found[:8])
        raise LedgerError(
            f"{self._sight.name}: {call_id!r} begins several calls: {ids}; give more of the id"
        )

    def ended(self, *, since: datetime | None = None, judged: bool | None = None) -> list[str]:
        """Ids of calls that are over, oldest first; offered since, and judged or not, as asked."""
        query = select(calls.c.id).where(calls.c.ended_at.is_not(None))
        if since is not None:
            query = query.where(calls.c.offered_at >= at_us(since))
        if judged is not None:
            # With a value that is bound, no index that is kept for some rows would be used.
            query = query.where(calls.c.judged != 0 if judged else UNJUDGED)
        return [row["id"] for row in self._rows(query.order_by(calls.c.offered_at, calls.c.id))]

    def events(self, call_id: str) -> list[CallEvent]:
        """All events of the call with exactly this id, in order."""
        query = select(*_EVENTS).where(call_events.c.call_id == call_id)
        return self._events(query.order_by(call_events.c.seq))

    def calls_of(self, ani: str, limit: int) -> list[CallRow]:
        """The latest calls from exactly this number, oldest first."""
        query = select(calls).where(calls.c.ani == ani).order_by(calls.c.offered_at.desc())
        return [call_row(values) for values in reversed(self._rows(query.limit(limit)))]

    def calls_to(self, number: str, limit: int) -> list[CallRow]:
        """The latest calls that the house placed to exactly this number, oldest first.

        Looks at every call: for an export, not for a page.
        """
        wanted = select(calls).where(calls.c.dnis == number, calls.c.direction == "outbound")
        query = wanted.order_by(calls.c.offered_at.desc()).limit(limit)
        return [call_row(values) for values in reversed(self._rows(query))]

    def events_of(self, call_ids: Sequence[str], kinds: Collection[str]) -> list[CallEvent]:
        """Events of these kinds of these calls, call by call in order."""
        query = select(*_EVENTS).where(
            call_events.c.call_id.in_(call_ids), call_events.c.kind.in_(kinds)
        )
        ordered = query.order_by(call_events.c.call_id, call_events.c.seq)
        return self._events(ordered)

    def recordings(self, *, call_id: str | None = None) -> list[RecordingRow]:
        """Recordings, oldest first; of one call when `call_id` is given."""
        query = select(recordings).order_by(recordings.c.started_at, recordings.c.id)
        if call_id is not None:
            query = query.where(recordings.c.call_id == call_id)
        return [recording_row(values) for values in self._rows(query)]

    def recordings_due(
        self, before: datetime | None, of_queues: Mapping[str, datetime | None], limit: int
    ) -> list[RecordingRow]:
        """Up to `limit` recordings to be heard yet whose calls are over and that began before
        these times, oldest first.

        `before` is for calls of no queue that `of_queues` names; None: never due.
        """
        query = _due_query(before, of_queues, limit)
        with self._one_moment() as connection:
            go_by_index(connection)
            return [recording_row(dict(one)) for one in connection.execute(query).mappings()]

    def known_recordings(self, ids: Collection[str]) -> set[str]:
        """Those of these ids that some call speaks of."""
        query = select(recordings.c.id).where(recordings.c.id.in_(list(ids)))
        return {str(row["id"]) for row in self._rows(query)}

    def queue_events(
        self, kinds: Collection[str], *, since: datetime
    ) -> list[tuple[int, CallEvent]]:
        """Events of these kinds, each with its cursor, of all calls offered since that came to a
        queue; those of a call in order.

        Goes from the calls' own row to their events: the age of the ledger costs nothing.
        """
        query = queue_events_query(kinds, since)
        return [(values["cursor"], _event(values)) for values in self._rows(query)]

    def close(self) -> None:
        """Close every connection; harmless when done already."""
        self._sight.close()

    def _one_moment(self) -> AbstractContextManager[Connection]:
        return self._sight.one_moment()

    def _events(self, query: Select[Any]) -> list[CallEvent]:
        """What a query for the columns of `_EVENTS` finds."""
        with self._sight.connection() as connection:
            return [
                CallEvent(call_id, seq, from_us(at), offset_ms, kind, json.loads(data))
                for call_id, seq, at, offset_ms, kind, data in connection.execute(query)
            ]

    def _rows(self, query: Select[Any]) -> Sequence[Mapping[str, Any]]:
        with self._sight.connection() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _due_query(
    before: datetime | None, of_queues: Mapping[str, datetime | None], limit: int
) -> Select[Any]:
    began, queue = recordings.c.started_at, calls.c.queue
    ends = {name: at_us(at) for name, at in of_queues.items() if at is not None}
    due = [and_(queue == name, began < at) for name, at in ends.items()]
    latest = max(ends.values(), default=0)
    if before is not None:
        due.append(and_(queue.not_in(list(of_queues)), began < at_us(before)))
        latest = max(latest, at_us(before))
    query = select(recordings).join(calls, calls.c.id == recordings.c.call_id)
    query = query.where(AUDIBLE, began < latest)
    query = query.where(calls.c.ended_at.is_not(None), or_(false(), *due))
    return query.order_by(began, recordings.c.id).limit(limit)


def queue_events_query(kinds: Collection[str], since: datetime) -> Select[Any]:
    """From the calls by their time of offering to the events of each; a test reads its plan."""
    return (
        select(call_events.c.cursor, *_EVENTS)
        .select_from(calls.join(call_events, call_events.c.call_id == calls.c.id))
        .where(calls.c.offered_at >= at_us(since), calls.c.queue != "")
        .where(call_events.c.kind.in_(kinds))
        .order_by(calls.c.offered_at, calls.c.id, call_events.c.seq)
    )


def _event(values: Mapping[str, Any]) -> CallEvent:
    return CallEvent(
        values["call_id"],
        values["seq"],
        from_us(values["at"]),
        values["offset_ms"],
        values["kind"],
        json.loads(values["data"]),
    )
