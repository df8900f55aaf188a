"""Follows the ledger and takes in every recording that has ended, on a thread of its own."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from calls.asides import is_aside
from calls.clock import Clock
from calls.errors import CallCenterError, RecordingError
from calls.own_thread import OwnThread
from recorder.catalog import Catalog, Kept, Recording
from recorder.growth import GrowthWatch
from recorder.measured import Measuring
from recorder.orphans import take_in_orphans
from recorder.ports import FactSink, FactSource
from recorder.store import Store
from recorder.taking import Attempt, NotYetError, Taker

log = structlog.get_logger("recorder")

SETTLE_MS: Final = 15_000
"""Files that Asterisk did not close count as complete after this long without growth; it writes
32 KiB at a time, 2 s of sound."""

_POLL_S: Final = 0.5
_RECONCILE_MS: Final = 300_000
_RETRY_MS: Final = (2_000, 5_000, 15_000, 60_000)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A recording that was taken in, as its fact says."""

    recording: str
    call_id: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recording of an ended call that could not be taken in yet, and why."""

    recording: str
    call_id: str
    why: str


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What one or more passes came to."""

    taken: tuple[TakenIn, ...]
    waiting: tuple[Waiting, ...]


class RecorderIntake:
    """Takes in every recording that has ended.

    `start()` and `stop()` run it on a thread of its own; `take_in_now()` works without. Several
    may stand on one state folder; one works at a time.
    """

    def __init__(
        self,
        state: Path,
        source: FactSource,
        sink: FactSink,
        clock: Clock,
        *,
        settle_ms: int = SETTLE_MS,
        seal: bool = False,
        between: Callable[[], object] | None = None,
    ) -> None:
        """`between` is called after each pass, with the store's lock held (`Keeper.work`)."""
        self._store = Store(state, seal=seal)
        self._source = source
        self._between = between
        self._clock = clock
        self._growth = GrowthWatch(state, clock)
        self._taker = Taker(self._store, source, sink, clock, settle_ms, self._growth)
        self._measuring = Measuring(self._store, source, sink, clock)
        self._settle_ms = settle_ms
        self._catalog = Catalog()
        self._cursor: int | None = None
        self._attempts: dict[str, Attempt] = {}
        self._reconciled_ms: int | None = None
        self._trouble = ""
        self._one_pass = threading.Lock()
        self._own = OwnThread(self._follow, "recorder")

    def start(self) -> None:
        """Begin to follow the ledger; returns at once."""
        self._growth.start()
        self._own.start()

    def stop(self) -> None:
        """Finish the recording in hand and stop; what is left waits for the next start."""
        self._own.stop()
        self._growth.stop()

    def take_in_now(self, *, most_wait_s: float = 0.0) -> IntakeReport:
        """Take in what can be, again and again until nothing waits or the time is over.

        Blocks; never call it on an event loop. Raises RecordingError when another process is at
        work on the same state folder, LedgerError when the ledger cannot be read.
        """
        until_ms = self._clock.monotonic_ms() + round(most_wait_s * 1000)
        taken: list[TakenIn] = []
        while True:
            taken += self._pass()
            waiting = self._waiting()
            if not waiting or self._clock.monotonic_ms() >= until_ms:
                return IntakeReport(tuple(taken), waiting)
            threading.Event().wait(min(_POLL_S, most_wait_s))

    def _follow(self) -> None:
        while not self._own.stopping.is_set():
            trouble = ""
            try:
                self._pass()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next call is recorded
                trouble = _told(error)
            if trouble and trouble != self._trouble:
                log.warning("recorder tries again until it can work", problem=trouble)
            elif self._trouble and not trouble:
                log.info("recorder works again")
            self._trouble = trouble
            self._own.stopping.wait(_POLL_S)

    def _pass(self) -> list[TakenIn]:
        with self._one_pass, self._store.alone() as alone:
            if not alone:
                raise RecordingError(
                    f"another process takes in the recordings of {self._store.state}; let it work"
                )
            now_ms = self._clock.monotonic_ms()
            due = self._reconciled_ms is None or now_ms - self._reconciled_ms >= _RECONCILE_MS
            raw = tuple(self._store.raw_files()) if due else ()  # before the ledger is read
            self._read_on()
            self._watch_growth()
            if due:
                self._reconcile(raw)
                self._reconciled_ms = now_ms
            taken = list(self._take_in_ended())
            self._measuring.try_again()
            if self._between is not None and not self._own.stopping.is_set():
                self._between()
            return taken

    def _read_on(self) -> None:
        if self._cursor is None:
            recordings, self._cursor = self._source.known()
            self._catalog = Catalog()
            self._catalog.seed(recordings)
        while True:
            events, cursor = self._source.events_after(self._cursor)
            if cursor == self._cursor:
                return
            self._catalog.take(events)
            self._cursor = cursor

    def _watch_growth(self) -> None:
        self._growth.follow(
            one for one in self._catalog.all() if not one.over and not is_aside(one.id)
        )

    def _reconcile(self, raw: tuple[str, ...]) -> None:
        """Bring files and facts together: at the start and every five minutes."""
        if self._reconciled_ms is None:
            self._store.sweep()
        elif self._unknown(raw):
            self._cursor = None  # what is settled was forgotten: look again before calling it lost
            self._read_on()
        still_since = self._clock.utc_now() - timedelta(milliseconds=self._settle_ms)
        take_in_orphans(self._store, self._unknown(raw), still_since)

    def _unknown(self, raw: tuple[str, ...]) -> tuple[str, ...]:
        known = {name for one in self._catalog.all() for name in (one.caller_file, one.house_file)}
        return tuple(name for name in raw if name not in known)

    def _take_in_ended(self) -> Iterator[TakenIn]:
        for recording in self._catalog.all():
            if self._own.stopping.is_set():
                return
            if not recording.over:
                continue
            attempt = self._attempts.setdefault(recording.id, Attempt())
            if self._clock.monotonic_ms() >= attempt.again_ms:
                taken = self._try(recording, attempt)
                if taken is not None:
                    yield taken

    def _try(self, recording: Recording, attempt: Attempt) -> TakenIn | None:
        try:
            if recording.erased is not None:
                self._settle(recording)
                return None
            if recording.kept is not None and self._taker.is_settled(recording, recording.kept):
                self._settle(recording)
                return None
            kept = self._taker.take(recording, attempt, self._measuring)
        except NotYetError as error:
            attempt.why = str(error)
            return None
        except Exception as error:  # noqa: BLE001 - one strange recording must not stop the others
            self._put_off(recording, attempt, error)
            return None
        self._settle(recording)
        tell = log.warning if kept.problem else log.info
        tell(
            "recording taken in",
            recording=recording.id,
            call=recording.call_id,
            duration_ms=kept.duration_ms,
            problem=kept.problem,
        )
        return TakenIn(recording.id, recording.call_id, kept)

    def _settle(self, recording: Recording) -> None:
        self._catalog.forget(recording.id)
        self._growth.forget(recording.id)
        self._attempts.pop(recording.id, None)

    def _put_off(self, recording: Recording, attempt: Attempt, error: Exception) -> None:
        why = self._remedy(error)
        lack = self._taker.lack(recording)
        wait_ms = _RETRY_MS[min(attempt.failures, len(_RETRY_MS) - 1)]
        attempt.failures += 1
        attempt.again_ms = self._clock.monotonic_ms() + wait_ms
        if why != attempt.why:
            log.error(
                "recording waits, its raw files are safe",
                recording=recording.id,
                call=recording.call_id,
                problem=why,
                lack=lack,
            )
        attempt.why = why

    def _remedy(self, error: Exception) -> str:
        if isinstance(error, OSError) and error.errno in _FULL:
            return (
                f"the disk of {self._store.recordings} is full: free space there;"
                " the raw files are kept and taken in by themselves afterwards"
            )
        if isinstance(error, OSError):
            return f"{error}; put that right, the raw files are kept and taken in afterwards"
        return _told(error)

    def _waiting(self) -> tuple[Waiting, ...]:
        return tuple(
            Waiting(one.id, one.call_id, self._attempts.get(one.id, Attempt()).why)
            for one in self._catalog.all()
            if one.over
        )


def _told(error: Exception) -> str:
    """What went wrong; what nobody foresaw with its kind, so that it can be reported."""
    return str(error) if isinstance(error, CallCenterError | OSError) else repr(error)
