"""The queues' facts out of the ledger: what a desk that starts now has missed, then what is new."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import structlog

from calls.clock import Clock, SystemClock
from calls.errors import LedgerError
from calls.events import CallEvent
from desk.supervision.queue_fold import KINDS, QueueFold
from ledger.opening import LedgerMissingError
from ledger.reader import LedgerReader

_log = structlog.get_logger("desk.supervision")

LONGEST_CALL = timedelta(hours=12)
"""A call offered earlier than this before midnight is not looked for."""

AT_ONCE = 500
"""Facts taken in before the loop's other work has its turn."""


class QueueFeed:
    """The queues' facts in order, each once. Blocking; used by one thread at a time.

    Raises as `LedgerReader` does; a `read` that raised may be tried again and skips nothing.
    """

    def __init__(
        self, place: Path | str, clock: Clock | None = None, timezone: tzinfo | None = None
    ) -> None:
        """`timezone` says when today began; None is the machine's own."""
        self._place, self._timezone = place, timezone
        self._clock = clock or SystemClock()
        self._reader: LedgerReader | None = None
        self._cursor: int | None = None

    def read(self) -> list[CallEvent]:
        """At first the facts of today's queued calls, then those written since the last read."""
        if self._reader is None:
            self._reader = LedgerReader(self._place)
        newest = self._reader.cursor()
        if self._cursor is None:
            found = self._reader.queue_events(KINDS, since=self._midnight() - LONGEST_CALL)
            events = [event for cursor, event in found if cursor <= newest]
        else:
            events = self._reader.events_between(self._cursor, newest, KINDS)
        self._cursor = newest
        return events

    def close(self) -> None:
        """Close the ledger; harmless when done already."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _midnight(self) -> datetime:
        now = self._clock.utc_now().astimezone(self._timezone)
        return now.replace(hour=0, minute=0, second=0, microsecond=0)


async def keep_up(feed: QueueFeed, fold: QueueFold, *, every_s: float = 0.25) -> None:
    """Keep `fold` up with the ledger until cancelled; a ledger in trouble is looked for again."""
    told = ""
    try:
        while True:
            try:
                events = await asyncio.to_thread(feed.read)
            except LedgerMissingError:
                events = []
            except LedgerError as error:
                events = []
                if told != str(error):
                    told = str(error)
                    _log.error("queues cannot be read from the ledger", problem=told)
            for at in range(0, len(events), AT_ONCE):
                for event in events[at : at + AT_ONCE]:
                    fold.take(event)
                await asyncio.sleep(0)
            await asyncio.sleep(every_s)
    finally:
        feed.close()
