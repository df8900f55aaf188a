"""The ledger's one writer: a queue, a thread, a connection, a commit every few milliseconds."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from pathlib import Path
from types import TracebackType

import structlog

from calls.clock import Clock, SystemClock
from calls.errors import LedgerError
from calls.events import CallEvent, Fact
from calls.floor.events import FloorEvent
from ledger.encoding import Row, late_row
from ledger.floor import FloorRow
from ledger.journal import RESERVE_BYTES, Journal, JournalFullError
from ledger.opening import (
    WriterLock,
    migrate,
    prepare_folder,
    unreadable,
    writer_connection,
    writer_engine,
)
from ledger.store import Store
from ledger.taking import stored_forms
from ledger.waiting import Waiter, settle

log = structlog.get_logger(__name__)

GROUP_MS = 10
"""An event is on disk this long after it was appended, and a commit's own time later.

Where commits take long, up to `_MOST_GAP_MS` later still.
"""

GROUP_ROWS = 500
"""So many events waiting are committed at once."""

_HURRY_GAP_MS = 6
"""Least time between two commits that somebody waits for: under load the waits share them."""

_MOST_GAP_MS = 10
_REST = 2
"""The writer rests so many times as long as its last commit took, within the two gaps.

Where a commit takes long, the machine or the event loop is busy, and few large commits leave both
the most: each hands the interpreter's lock over some twenty times.
"""

_MOST_ROWS = 1000
"""Rows of one transaction, so that one commit never takes long."""

_PATIENCE_MS = 20
"""How long the writer waits for a locked database before the journal takes the events."""

_RETRY_MS = 250
MOST_WAITING = 200_000
"""Events in memory; more are refused with LedgerError."""


class LedgerWriter:
    """The `calls.call.EventSink` that keeps facts in `ledger.sqlite`.

    Opening it takes the only right to write to the file, brings the schema up to date and applies
    what a crash left in the journal. Raises LedgerError when any of that fails. `append` may be
    called from any thread. While the database refuses (locked, full, failing), events go to a
    journal beside it, synced, and into the database at the next chance; `durable` is kept by
    either.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock | None = None,
        reserve_bytes: int = RESERVE_BYTES,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.path = path
        self._clock = clock or SystemClock()
        self._most_waiting = most_waiting
        self._queue: deque[CallEvent | FloorEvent | Row | Waiter] = deque()
        self._backlog: list[Row | FloorRow] = []
        self._wake = threading.Event()
        self._never = threading.Event()
        self._sleeping = self._hurried = self._closing = self._closed = False
        self._trouble = ""
        self._retry_at_ms = self._committed_ms = 0
        self._gap_ms = _HURRY_GAP_MS
        self._lock, self._store, self._journal = self._open(reserve_bytes)
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def append(self, event: CallEvent | FloorEvent | Row) -> None:
        """Take an event in order and return at once; it is on disk about 10 ms later.

        Raises LedgerError when the ledger is closed or more events wait than memory may hold.
        """
        queue = self._queue
        waiting = len(queue)
        if self._closing or waiting >= self._most_waiting:
            self._refuse()
        queue.append(event)
        if self._sleeping or waiting == GROUP_ROWS:
            self._wake.set()

    def append_late(self, call_id: str, fact: Fact) -> None:
        """Add a fact to a call that is over; it gets the call's next number and the time of now.

        The recorder's way. A fact for a call still on the line waits in memory, covered by no
        `durable`, until the call has ended, because a live call numbers its own events.
        """
        self.append(late_row(call_id, self._clock.utc_now(), fact.kind, fact.data()))

    def append_floor(self, event: FloorEvent) -> None:
        """Take a fact of the floor, as `append` takes a call's; `durable` covers it too."""
        self.append(event)

    async def durable(self) -> None:
        """Return once everything appended before is on disk; LedgerError when it cannot be."""
        waiter = Waiter(asyncio.get_running_loop())
        if self._closing:
            self._refuse()
        self._queue.append(waiter)
        if not self._hurried:
            self._hurried = True
            self._wake.set()
        await waiter.future

    def close(self) -> None:
        """Write out everything and let go of the ledger; harmless when done already.

        Raises LedgerError when some events could be written neither to the ledger nor the journal.
        """
        if self._closed:
            return
        self._closing = self._closed = True
        self._wake.set()
        self._thread.join()
        self._store.close()
        self._journal.close()
        self._lock.release()
        if self._backlog:
            raise LedgerError(
                f"{self.path}: {len(self._backlog)} events could not be kept: {self._trouble}"
            )

    def __enter__(self) -> LedgerWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self, reserve_bytes: int) -> tuple[WriterLock, Store, Journal]:
        prepare_folder(self.path)
        lock = WriterLock(self.path)
        try:
            connection = writer_connection(self.path)
            migrate(writer_engine(connection), self.path)
            journal = Journal(self.path, reserve_bytes)
            store = Store(connection, _PATIENCE_MS)
        except (sqlite3.Error, OSError) as error:
            lock.release()
            raise unreadable(self.path, error) from None
        except LedgerError:
            lock.release()
            raise
        self._store, self._journal = store, journal
        if journal.damaged:
            log.error("the ledger's journal is damaged", copy=str(journal.set_aside()))
        if not journal.empty:
            self._apply_journal_at_start()
        return lock, store, journal

    def _apply_journal_at_start(self) -> None:
        try:
            self._drain_journal()
        except (sqlite3.Error, OSError) as error:
            self._note_trouble(error)

    def _refuse(self) -> None:
        if self._closing:
            raise LedgerError(f"{self.path}: the ledger is closed, no more events are taken")
        raise LedgerError(
            f"{self.path}: {len(self._queue)} events wait and none can be written"
            f" ({self._trouble or 'the writer is stuck'}); see to the disk"
        )

    # Below: the writer's thread.

    def _run(self) -> None:
        error: LedgerError | None = LedgerError(f"{self.path}: the ledger's writer has stopped")
        try:
            while not self._closing:
                self._gather()
                self._round()
            while self._queue:
                self._round()
            self._last_words()
            error = None
        finally:
            if error is not None:
                self._closing = True
                log.critical("the ledger's writer has stopped")
            settle([item for item in self._queue if isinstance(item, Waiter)], error)

    def _gather(self) -> None:
        """Sleep until there is something, then let more come in for a while."""
        if not self._queue:
            self._sleeping = True
            if not self._queue and not self._closing:
                self._wake.wait(_RETRY_MS / 1000 if self._trouble else None)
            self._sleeping = False
        self._wake.clear()
        if self._closing or len(self._queue) >= GROUP_ROWS:
            return
        if not self._hurried:
            self._wake.wait(GROUP_MS / 1000)
        if self._hurried and len(self._queue) < GROUP_ROWS:
            early_ms = self._committed_ms + self._gap_ms - self._clock.monotonic_ms()
            if early_ms > 0:
                self._never.wait(early_ms / 1000)

    def _round(self) -> None:
        self._hurried = False
        began_ms = self._clock.monotonic_ms()
        queue = self._queue
        take = queue.popleft
        items = [take() for _ in range(min(len(queue), _MOST_ROWS))]
        waiters = [item for item in items if isinstance(item, Waiter)]
        events = [item for item in items if not isinstance(item, Waiter)]
        rows, unfit = stored_forms(events)
        self._backlog += rows
        problem = self._keep() or self._unfit(unfit)
        self._committed_ms = self._clock.monotonic_ms()
        took_ms = self._committed_ms - began_ms
        self._gap_ms = min(max(took_ms * _REST, _HURRY_GAP_MS), _MOST_GAP_MS)
        settle(waiters, problem)
        if not self._trouble:
            self._store.tidy()

    def _unfit(self, cause: str) -> LedgerError | None:
        return LedgerError(f"{self.path}: an event cannot be stored: {cause}") if cause else None

    def _keep(self) -> LedgerError | None:
        """Put the backlog into the database, or the journal, or say why neither could be."""
        if not self._backlog and not self._trouble:
            return None
        if not self._trouble or self._clock.monotonic_ms() >= self._retry_at_ms:
            try:
                self._commit()
            except (sqlite3.Error, OSError) as error:
                self._note_trouble(error)
            else:
                return None
        return self._spill()

    def _commit(self) -> None:
        if self._trouble and "locked" not in self._trouble:
            self._store.reopen(writer_connection(self.path))
        if not self._journal.empty:
            self._drain_journal()
        self._store.commit(self._backlog)
        self._backlog.clear()
        if self._trouble:
            self._trouble = ""
            log.info("the ledger takes events again", ledger=str(self.path))

    def _drain_journal(self) -> None:
        rows = self._journal.read()
        self._store.commit(rows, replay=True)
        self._journal.clear()
        log.info("events of the journal are in the ledger", events=len(rows))

    def _spill(self) -> LedgerError | None:
        if not self._backlog:
            return None
        try:
            self._journal.append(self._backlog)
        except (JournalFullError, OSError) as error:
            cause = "its journal is full" if isinstance(error, JournalFullError) else str(error)
            return LedgerError(
                f"{self.path}: {self._trouble}, and {cause}; "
                f"{len(self._backlog)} events wait in memory"
            )
        self._backlog.clear()
        return None

    def _note_trouble(self, error: Exception) -> None:
        if not self._trouble:
            log.critical(
                "the ledger refuses events; they go to its journal",
                problem=str(unreadable(self.path, error)),
            )
        self._trouble = str(error)
        self._retry_at_ms = self._clock.monotonic_ms() + _RETRY_MS

    def _last_words(self) -> None:
        self._retry_at_ms = 0
        self._keep()
        if not self._store.held:
            return
        try:
            self._store.let_go()
        except sqlite3.Error as error:
            log.error("late facts of live calls are lost", problem=str(error))
