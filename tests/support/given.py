"""Whether this machine is given its processors: a guest of a crowded host stands still for long.

A call in real time proves nothing on a machine that gets a half of each second, and its test fails
without a defect. So tests of real calls wait for a better time, a while; what was waited is told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

STAT: Final = Path("/proc/stat")

MOST_STOLEN: Final = 0.2
"""Of all processors' time: with less, calls in real time go well."""

WAIT_S: Final = 5.0
IN_ALL_S: Final = 900.0
"""Of one process: a host that never gets better shall be seen as failing tests, not as none."""


def ticks(stat: str) -> tuple[int, int]:
    """How long the machine worked or had nothing to do, and how long it was not let, in ticks.

    `stat` as in proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal.
    """
    *ours, steal = (int(one) for one in stat.split()[1:9])
    return sum(ours), steal


def stolen(before: tuple[int, int], now: tuple[int, int]) -> float:
    """The share of the time between two readings that the host kept, 0 to 1."""
    ours, held_up = (one - other for one, other in zip(now, before, strict=True))
    return held_up / max(ours + held_up, 1)


@dataclass
class GivenTime:
    """Looks how it was since the last look, and waits while it is bad."""

    read: Callable[[], str] = STAT.read_text
    sleep: Callable[[float], object] = threading.Event().wait
    waited_s: float = 0.0
    last: tuple[int, int] | None = field(default=None)

    def wait(self) -> None:
        """Come back when the machine was given its time for a moment, or waiting was enough."""
        while self._stolen() > MOST_STOLEN and self.waited_s < IN_ALL_S:
            self.sleep(WAIT_S)
            self.waited_s += WAIT_S

    def _stolen(self) -> float:
        try:
            now = ticks(self.read())
        except (OSError, ValueError):  # no Linux
            return 0.0
        before, self.last = self.last or now, now
        return stolen(before, now)

    @property
    def told(self) -> str:
        """What a report says of it; nothing where nothing was waited."""
        if not self.waited_s:
            return ""
        return f"waited {self.waited_s:.0f} s in all for the host to give this machine its time"
