"""How far long work on a ledger has come, told in the log now and then, with what is left."""

from __future__ import annotations

import sys
from typing import Final

import structlog

from calls.clock import Clock, SystemClock

log = structlog.get_logger(__name__)

_LOG_MS: Final = 10_000
_TERMINAL_MS: Final = 3000
_LOOK_AT: Final = 256
"""So many steps pass between two looks at the clock."""


class Pace:
    """One piece of work. Nothing is told of what is done before the first line is due."""

    def __init__(
        self, what: str, total: int, *, clock: Clock | None = None, every_ms: int | None = None
    ) -> None:
        """`what`: a sentence of the log; `total`: of how many. `every_ms`: of a terminal or a log
        if not told, whichever stderr is."""
        self._what, self._total = what, total
        self._clock = clock or SystemClock()
        usual = _TERMINAL_MS if sys.stderr is not None and sys.stderr.isatty() else _LOG_MS
        self._every_ms = usual if every_ms is None else every_ms
        self._began_ms = self._told_ms = self._clock.monotonic_ms()
        self._done = self._steps = 0

    def step(self, more: int = 1) -> None:
        """So much more is done."""
        self._done += more
        self._steps += 1
        if self._steps % _LOOK_AT:
            return
        now_ms = self._clock.monotonic_ms()
        if now_ms - self._told_ms >= self._every_ms:
            self._told_ms = now_ms
            self._tell(now_ms - self._began_ms)

    def end(self) -> None:
        """All of it is done; told where anything was."""
        if self._told_ms > self._began_ms:
            took_s = round((self._clock.monotonic_ms() - self._began_ms) / 1000)
            log.info(self._what, done=self._done, of=self._done, percent=100, took_s=took_s)

    def _tell(self, took_ms: int) -> None:
        # What came meanwhile was not counted.
        of = max(self._total, self._done)
        left_s = round(took_ms * (of - self._done) / self._done / 1000)
        percent = 100 * self._done // of
        log.info(self._what, done=self._done, of=of, percent=percent, left_s=left_s)
