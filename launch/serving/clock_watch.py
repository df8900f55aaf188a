"""Tells when the machine's clock jumps, or stands before what the ledger has already.

Facts carry wall time, retention goes by it. The monotonic clock never jumps: where the two part by
more than `TOLERANCE`, somebody or something set the wall clock, or the machine slept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import structlog

from calls.clock import Clock

_log = structlog.get_logger(__name__)

TOLERANCE: Final = timedelta(minutes=5)
_STANDS: Final = timedelta(hours=1)
"""So long a jump is an alarm. Which of the two times was right nobody here can know: after it the
clock is believed."""

_LOOK_S: Final = 5.0
_MILLISECOND: Final = timedelta(milliseconds=1)


class ClockWatch:
    """One server's. `problem` may be read from any thread."""

    def __init__(self, clock: Clock, newest: datetime | None) -> None:
        """`newest`: when the last fact of the servers before this one is from; None: no fact."""
        self._clock, self.newest = clock, newest
        self._ahead = newest
        self._began_ms = clock.monotonic_ms()
        self._anchor = self._now()
        self._since_ms: int | None = None
        self.problem = ""
        """What is wrong with the clock, in words; empty when nothing is."""

    def look(self) -> str:
        """Hold the clock against the others; logs what begins and what ends. Gives `problem`."""
        found = self._jump() or self._behind()
        if found and not self.problem:
            _log.error("the machine's clock is in doubt", problem=found)
        if self.problem and not found:
            _log.info("the machine's clock is believed again")
        self.problem = found
        return found

    async def follow(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(_LOOK_S)

    def _now(self) -> tuple[datetime, int]:
        return self._clock.utc_now(), self._clock.monotonic_ms()

    def _jump(self) -> str:
        (now, now_ms), (then, then_ms) = self._now(), self._anchor
        off = now - then - (now_ms - then_ms) * _MILLISECOND
        if abs(off) <= TOLERANCE:
            self._since_ms = None
            return ""
        if self._since_ms is None:
            self._since_ms = now_ms
        if (now_ms - self._since_ms) * _MILLISECOND > _STANDS:
            self._anchor, self._since_ms = (now, now_ms), None
            return ""
        way = "ahead" if off > timedelta() else "back"
        return (
            f"it was set {way} by {_length(off)} while the server ran (or the machine slept); it"
            f" shows {now:%Y-%m-%d %H:%M} UTC, see that this is right: `timedatectl`"
        )

    def _behind(self) -> str:
        if self._ahead is None:
            return ""
        now, now_ms = self._now()
        off = self._ahead - now
        if off <= TOLERANCE or (now_ms - self._began_ms) * _MILLISECOND > _STANDS:
            self._ahead = None
            return ""
        return (
            f"it shows {now:%Y-%m-%d %H:%M} UTC, {_length(off)} before the last fact of the"
            " ledger: it is wrong now or was then, see to it with `timedatectl`"
        )


def _length(off: timedelta) -> str:
    off = abs(off)
    if off >= timedelta(days=2):
        return f"{off.days} days"
    if off >= timedelta(hours=2):
        return f"{off // timedelta(hours=1)} hours"
    return f"{off // timedelta(minutes=1)} minutes"


@asynccontextmanager
async def clock_watched(watch: ClockWatch) -> AsyncIterator[None]:
    """The clock is looked at while the block runs."""
    watch.look()
    following = asyncio.create_task(watch.follow(), name="clock-watch")
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
