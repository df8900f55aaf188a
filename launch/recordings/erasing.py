"""Erasing from a terminal, whether a server runs on the state folder or not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from calls.clock import SystemClock
from calls.errors import RecordingError
from launch.recordings.holds import BookHolds
from launch.serving.clock_watch import ClockWatch
from launch.settings.recorder import RetentionSettings
from ledger.newest import newest_at
from ledger.opening import LEDGER_FILE, LedgerBusyError
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from recorder.erasing import Eraser
from recorder.keeping import Keeper, Retained
from recorder.looked import LookedNote
from recorder.orders import Order, Orders, Outcome
from recorder.ports import FactSink
from recorder.retention import Retention
from recorder.source import LedgerSource
from recorder.store import Store

PATIENCE_S = 30.0
_LOOK_S = 0.1


def retention_of(settings: RetentionSettings) -> Retention:
    """The rule that the settings give."""
    return Retention(
        days=settings.days,
        queues=settings.queues,
        at=time.fromisoformat(settings.at),
        doubt_after_days=settings.doubt_after_days,
    )


def make_keeper(
    state: Path,
    source: LedgerSource,
    sink: FactSink,
    settings: RetentionSettings,
    watch: ClockWatch,
) -> Keeper:
    """What the recorder does beside taking in, for one state folder."""
    Orders(state).sweep()
    eraser = Eraser(Store(state), source, sink, BookHolds(state))
    return Keeper(
        state,
        source,
        eraser,
        retention_of(settings),
        SystemClock(),
        newest=watch.newest,
        trouble=lambda: watch.problem,
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of an order, and who did it."""

    outcome: Outcome | None
    """None: the server has the order and did not answer in time."""

    by_server: bool


def carry_out(state: Path, order: Order, *, patience_s: float = PATIENCE_S) -> Carried:
    """Carry out an order here, or let the server that has the ledger do it.

    Raises LedgerError, RecordingError when neither works.
    """
    try:
        with _at_hand(state) as (source, sink):
            holds = BookHolds(state)
            holds.reasons()  # where they cannot be known, nothing is ordered
            orders = Orders(state)
            # Killed on the way, the next server finds the order and does the rest.
            orders.give(order)
            outcome = Eraser(Store(state), source, sink, holds).carry_out(order)
            orders.take_back(order.id)
            return Carried(outcome, by_server=False)
    except LedgerBusyError:
        return Carried(_by_server(state, order, patience_s), by_server=True)


def retain_here(
    state: Path, settings: RetentionSettings, *, clock_is_right: bool = False
) -> Retained:
    """Erase all that is due. Raises LedgerBusyError while a server runs.

    Raises ClockDoubtError when the clock may be wrong and nobody said that it is right.
    """
    with _at_hand(state) as (source, sink):
        watch = ClockWatch(SystemClock(), newest_at(state / LEDGER_FILE))
        keeper = make_keeper(state, source, sink, settings, watch)
        return keeper.retain(clock_is_right=clock_is_right)


def doubt_here(state: Path, settings: RetentionSettings) -> str:
    """Why nothing would be erased by the clock of now; empty when it would."""
    rule, now = retention_of(settings), SystemClock().utc_now()
    return rule.doubt(now, LookedNote(state).last(rule, now, newest_at(state / LEDGER_FILE)))


def confirm_clock(state: Path) -> None:
    """Somebody says that the clock is right: a server that waits for it goes on."""
    LookedNote(state).write(SystemClock().utc_now())


@contextmanager
def _at_hand(state: Path) -> Iterator[tuple[LedgerSource, LedgerWriter]]:
    """The ledger to write to and the store's lock, without a server."""
    LedgerReader(state / LEDGER_FILE).close()  # a missing ledger is none to be made here
    with (
        LedgerWriter(state / LEDGER_FILE) as writer,
        LedgerReader(writer.path) as reader,
        Store(state).alone() as alone,
    ):
        if not alone:
            raise RecordingError(
                f"another process is at work on the recordings of {state}; try again"
            )
        yield LedgerSource(reader), writer


def _by_server(state: Path, order: Order, patience_s: float) -> Outcome | None:
    orders = Orders(state)
    orders.give(order)
    clock, pause = SystemClock(), threading.Event()
    until_ms = clock.monotonic_ms() + round(patience_s * 1000)
    while clock.monotonic_ms() < until_ms:
        outcome = orders.outcome(order.id)
        if outcome is not None:
            return outcome
        pause.wait(_LOOK_S)
    return orders.outcome(order.id)
