"""A call on a clock of its own, which keeps its facts and writes them out when asked."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Final

from callers.virtual_facts import Entry, written_out
from calls.call import Call
from calls.events import CallEvent
from calls.fact import Fact

START: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When every virtual call is offered: a Monday at nine."""

_NUMBERS: Final = itertools.count(1)


class VirtualTime:
    """A clock that only its channel moves."""

    __slots__ = ("now_ms",)

    def __init__(self) -> None:
        self.now_ms = 0

    def utc_now(self) -> datetime:
        return START + timedelta(milliseconds=self.now_ms)

    def monotonic_ms(self) -> int:
        return self.now_ms


class Kept:
    """The sink of a call that keeps its own facts: nothing ever comes here."""

    def append(self, event: CallEvent) -> None:
        raise AssertionError("a virtual call keeps its facts itself")

    async def durable(self) -> None:
        """What is kept in memory is as durable as it gets."""


_KEPT: Final = Kept()


class VirtualCall(Call):
    """A `calls.call.Call` in virtual time."""

    __slots__ = ("facts", "time")

    def __init__(self, call_id: str = "", performer: str = "ivr") -> None:
        """Offered at START; an id is made from a count, so that it costs nothing."""
        self.time = VirtualTime()
        self.facts: list[Entry] = []
        """In order, not written out yet."""

        super().__init__(self.time, _KEPT, performer, call_id or _new_id())

    def __post_init__(self) -> None:
        self.offered_at = START
        self._began_ms = 0

    def elapsed_ms(self) -> int:
        return self.time.now_ms

    def record(self, fact: Fact) -> None:
        self.facts.append((self.time.now_ms, fact))

    def events(self) -> tuple[CallEvent, ...]:
        """The facts as a ledger would keep them."""
        return written_out(self.facts, self.id, self.offered_at)


def _new_id() -> str:
    return f"20260105-090000-v{next(_NUMBERS):06d}"
