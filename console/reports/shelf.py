"""What the console's report pages stand on: house, sources, and reports gathered a moment ago."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from calls.clock import Clock
from console.reports.gathering import Gathered
from console.reports.house import House
from console.reports.sources import Sources

KEPT_MS: Final = 30_000
"""A report looks the same to whoever asks again within this; then it is read anew."""

MOST_KEPT: Final = 6

Key = tuple[str, str, str]


class ReportShelf:
    """Use from one thread at a time."""

    def __init__(self, sources: Sources, house: House, clock: Clock) -> None:
        self.sources = sources
        self.house = house
        self._clock = clock
        self._kept: dict[Key, tuple[int, Gathered]] = {}

    def kept(self, key: Key, make: Callable[[], Gathered]) -> Gathered:
        """What was gathered under this key a moment ago, else made now."""
        now_ms = self._clock.monotonic_ms()
        self._kept = {name: one for name, one in self._kept.items() if now_ms - one[0] < KEPT_MS}
        if key not in self._kept:
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (now_ms, make())
        return self._kept[key][1]
