"""The only place that asks what time it is. Durations come from the monotonic clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall time for people, monotonic time for lengths."""

    def utc_now(self) -> datetime:
        """Aware UTC; for display and file names only, never for a length."""

    def monotonic_ms(self) -> int:
        """Whole milliseconds that never go back; only differences mean anything."""


class SystemClock:
    """The machine's clocks."""

    def utc_now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


class ManualClock:
    """Stands still until told: virtual-time calls and tests advance it."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
        self._elapsed_ms = 0

    def utc_now(self) -> datetime:
        return self._start + timedelta(milliseconds=self._elapsed_ms)

    def monotonic_ms(self) -> int:
        return self._elapsed_ms

    def advance_ms(self, elapsed_ms: int) -> None:
        """Move on by `elapsed_ms`; never back (ValueError)."""
        if elapsed_ms < 0:
            raise ValueError(f"a clock never goes back, asked for {elapsed_ms} ms")
        self._elapsed_ms += elapsed_ms
