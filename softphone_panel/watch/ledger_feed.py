"""The panel's facts out of a ledger: today's calls first, then whatever is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path

from calls.clock import Clock, SystemClock
from calls.errors import LedgerError
from calls.events import CallEvent
from ledger.opening import LEDGER_FILE, LedgerMissingError
from ledger.reader import LedgerReader
from softphone_panel.watch.feed import Batch, FeedState, PastCall
from softphone_panel.watch.floor import KEPT_ENDED

BATCH = 1000


class LedgerFeed:
    """Follows `ledger.sqlite` of a state folder by polling a cursor. Used by one thread.

    A ledger that is missing or unreadable is looked for again at every take. `is_served` says
    whether a server that writes to it runs.
    """

    def __init__(
        self,
        state: Path,
        *,
        is_served: Callable[[], bool],
        clock: Clock | None = None,
        timezone: tzinfo | None = None,
    ) -> None:
        """`timezone` says when today began; None is the machine's own."""
        self._path = state / LEDGER_FILE
        self._is_served = is_served
        self._clock = clock or SystemClock()
        self._timezone = timezone
        self._reader: LedgerReader | None = None
        self._cursor: int | None = None
        self.place = str(self._path)

    def take(self) -> Batch:
        try:
            if self._reader is None or self._cursor is None:
                return self._open()
            events, self._cursor = self._reader.events_after(self._cursor, BATCH)
        except LedgerMissingError:
            self.close()
            return Batch((), FeedState.NO_LEDGER)
        except LedgerError as error:
            self.close()
            return Batch((), self._idle(), problem=str(error))
        if len(events) == BATCH:
            return Batch(events, FeedState.READING)
        if self._reader and not self._path.is_file():
            self.close()
            return Batch(events, FeedState.NO_LEDGER)
        return Batch(events, self._idle())

    def close(self) -> None:
        """Close the ledger; the next take opens it again."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _idle(self) -> FeedState:
        return FeedState.LIVE if self._is_served() else FeedState.NO_SERVER

    def _open(self) -> Batch:
        """Open; the first time, read what a screen opened now has missed."""
        self._reader = reader = LedgerReader(self._path)
        newest = reader.cursor()
        if self._cursor is None:
            batch = self._history(reader)
            self._cursor = newest
            return batch
        if newest < self._cursor:  # another ledger lies there now
            self._cursor = 0
        return Batch((), FeedState.READING)

    def _history(self, reader: LedgerReader) -> Batch:
        """Live calls and today's ended ones, the oldest of them only as figures.

        What is written meanwhile comes twice; the floor knows an event by its number.
        """
        today = reader.calls(since=self._midnight(), live=False)
        past = tuple(
            PastCall(row.offered_at, row.rings, row.end_reason or "")
            for row in today[:-KEPT_ENDED]
            if row.offered_at is not None
        )
        events: list[CallEvent] = []
        for row in (*today[-KEPT_ENDED:], *reader.calls(live=True)):
            events += reader.events(row.id)
        return Batch(events, FeedState.READING, past=past)

    def _midnight(self) -> datetime:
        now = self._clock.utc_now().astimezone(self._timezone)
        return now.replace(hour=0, minute=0, second=0, microsecond=0)
