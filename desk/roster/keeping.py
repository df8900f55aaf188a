"""What the roster keeps: the facts of each agent, in time order, and the day they make."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

import structlog

from calls.clock import Clock
from calls.errors import LedgerError
from calls.events import Disposed
from calls.fact import Fact
from calls.floor.events import FloorEvent, WrappedUp
from ledger.floor_day import AgentDay, DayFold

log = structlog.get_logger("desk.roster")


class FloorLedger(Protocol):
    """As much of `ledger.writer.LedgerWriter` as the floor needs."""

    def append_floor(self, event: FloorEvent) -> None:
        """Keep a fact of the floor."""

    def append_late(self, call_id: str, fact: Fact) -> None:
        """Keep a fact of a call that has ended, or will."""

    async def durable(self) -> None:
        """Return once everything is on disk."""


def unkept_dispositions(
    history: Iterable[FloorEvent], kinds_of: Callable[[str], Collection[str]]
) -> list[tuple[str, Disposed]]:
    """What agents said of calls that the calls themselves do not tell.

    A disposition given while the caller was still with us waits in memory for the call's end; the
    agent's own fact of it is on disk. After a kill, append these (`append_late`). `kinds_of` gives
    the kinds of a call's facts, nothing for a call that is not known.
    """
    found = []
    for event in history:
        call_id = str(event.data.get("call_id") or "")
        if event.kind != WrappedUp.kind or "disposed" in (kinds := kinds_of(call_id)) or not kinds:
            continue
        disposition, note = str(event.data.get("disposition")), str(event.data.get("note"))
        fact = Disposed(agent=event.agent, disposition=disposition, note=note)
        found.append((call_id, fact))
    return found


class AgentFacts:
    """One agent's facts: stamped, kept, and folded to today.

    Stamps run on the monotonic clock from an anchor at the wall clock, so that the time between two
    facts is the time that passed, whatever is done to the wall clock during a shift; and they never
    go back.
    """

    def __init__(
        self, number: str, ledger: FloorLedger, clock: Clock, timezone: tzinfo | None = None
    ) -> None:
        self._number, self._ledger, self._clock = number, ledger, clock
        self._timezone = timezone
        self._latest: datetime | None = None
        self.anchor()
        self._fold = DayFold(number, self._midnight(clock.utc_now()))

    def anchor(self) -> None:
        """Take the wall clock as right: at the start of a shift."""
        self._anchor_at, self._anchor_ms = self._clock.utc_now(), self._clock.monotonic_ms()

    def now(self) -> datetime:
        """The stamp of a fact that happens now."""
        passed_ms = self._clock.monotonic_ms() - self._anchor_ms
        at = self._anchor_at + timedelta(milliseconds=passed_ms)
        return at if self._latest is None else max(at, self._latest)

    def restore(self, events: Iterable[FloorEvent]) -> None:
        """Facts of before this process began."""
        for event in events:
            self._fold.take(event)
            self._latest = max(self._latest or event.at, event.at)

    def keep(self, fact: Fact) -> None:
        """Stamp it and give it to the ledger; a ledger that refuses costs the fact, not the
        agent's work."""
        event = FloorEvent(self._number, self.now(), fact.kind, fact.data())
        self._latest = event.at
        self._turn_page(event.at)
        self._fold.take(event)
        try:
            self._ledger.append_floor(event)
        except LedgerError as error:
            log.error("roster.fact_lost", agent=self._number, kind=fact.kind, problem=str(error))

    def today(self) -> AgentDay:
        """Since local midnight."""
        now = self.now()
        self._turn_page(now)
        return self._fold.day(now)

    def _turn_page(self, now: datetime) -> None:
        midnight = self._midnight(now)
        if midnight > self._fold.since:
            self._fold = self._fold.next_day(midnight)

    def _midnight(self, now: datetime) -> datetime:
        local = now.astimezone(self._timezone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0)
