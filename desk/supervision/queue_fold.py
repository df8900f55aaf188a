"""Who waits, and each day's counts, from the facts of calls as they come. Pure but for `Clock`.

It keeps the calls that are in a queue and a handful of counts a queue and day: however long the
ledger is, what one snapshot costs depends on the callers who wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any, Final

from calls.clock import Clock
from calls.events import CallEvent
from calls.floor.wall import QueueFigures, WaitingCaller
from calls.masking import mask, plain, plain_name
from desk.supervision.figures import Tally, formula, judged, service_level
from desk.supervision.limits import WallLimits

KINDS: Final = frozenset({"offered", "queued", "agent_answered", "left_queue", "ended"})
"""Facts that the fold wants; others it passes over."""

NAME_CELLS = 24
_DAYS_KEPT = 2


@dataclass(slots=True)
class _Caller:
    """A live call, as far as a list of the waiting shows it."""

    number: str = ""
    name: str = ""


@dataclass(slots=True)
class _Stay:
    """A call in a queue, from its coming to its going."""

    queue: str
    tally: Tally
    since_ms: int
    """Of this machine's monotonic clock."""

    answered: bool = False


class QueueFold:
    """The floor's queues. `timezone` says when a day begins; None is the machine's own.

    Give it each event once, those of a call in order: `ledger_feed` does.
    """

    def __init__(self, limits: WallLimits, clock: Clock, timezone: tzinfo | None = None) -> None:
        self._limits, self._clock, self._timezone = limits, clock, timezone
        self._callers: dict[str, _Caller] = {}
        self._stays: dict[str, _Stay] = {}
        self._days: dict[date, dict[str, Tally]] = {}

    def take(self, event: CallEvent) -> None:
        """Take one fact in."""
        if event.kind == "offered":
            self._callers[event.call_id] = _caller(event.data)
        elif event.kind == "queued":
            self._come(event)
        elif event.kind == "agent_answered":
            self._answered(event.call_id, _whole(event.data, "waited_ms"))
        elif event.kind == "left_queue":
            self._gone(event.call_id, str(event.data.get("result")), event.data)
        elif event.kind == "ended":
            # A server that died under a call wrote no `left_queue`.
            self._gone(event.call_id, "failed", {})
            self._callers.pop(event.call_id, None)

    def waiting(self) -> tuple[WaitingCaller, ...]:
        """Callers who wait for an agent, the longest first."""
        now_ms = self._clock.monotonic_ms()
        callers = (
            self._waiting(call_id, stay, now_ms)
            for call_id, stay in self._stays.items()
            if not stay.answered
        )
        return tuple(sorted(callers, key=lambda caller: -caller.waited_ms))

    def figures(self, queues: Iterable[str] = ()) -> tuple[QueueFigures, ...]:
        """Today's figures of `queues`, then of the others that had calls today, by name."""
        today = self._days.get(self._clock.utc_now().astimezone(self._timezone).date(), {})
        waiting = [stay for stay in self._stays.values() if not stay.answered]
        others = sorted({*today, *(stay.queue for stay in waiting)})
        return tuple(
            self._figures(
                name,
                today.get(name) or Tally(),
                [stay for stay in waiting if stay.queue == name],
            )
            for name in dict.fromkeys((*queues, *others))
        )

    def _figures(self, name: str, tally: Tally, stays: Sequence[_Stay]) -> QueueFigures:
        limits, now_ms = self._limits, self._clock.monotonic_ms()
        # Who came before midnight waits, but is not one of today's calls.
        undecided = sum(
            stay.tally is tally and self._in_time(now_ms - stay.since_ms) for stay in stays
        )
        return QueueFigures(
            name=name,
            waiting=len(stays),
            longest_ms=max((now_ms - stay.since_ms for stay in stays), default=0),
            offered=tally.offered,
            answered=tally.answered,
            abandoned=tally.abandoned,
            left=tally.left,
            within_target=tally.within,
            abandoned_within=tally.abandoned_within,
            target_ms=limits.service_target_s * 1000,
            average_ms=tally.average_ms,
            judged=max(judged(tally, undecided, limits.variant), 0),
            goal=limits.service_goal,
            service_level=service_level(tally, undecided, limits.variant),
            formula=formula(tally, undecided, limits.variant, limits.service_target_s),
        )

    def _waiting(self, call_id: str, stay: _Stay, now_ms: int) -> WaitingCaller:
        caller = self._callers.get(call_id) or _Caller()
        return WaitingCaller(
            call_id=call_id,
            queue=stay.queue,
            number=caller.number,
            name=caller.name,
            waited_ms=now_ms - stay.since_ms,
        )

    def _come(self, event: CallEvent) -> None:
        self._gone(event.call_id, "failed", {})
        queue = plain(str(event.data.get("queue") or ""), most_cells=64)
        age = self._clock.utc_now() - event.at
        age_ms = max(int(age.total_seconds() * 1000), 0)
        tally = self._tally(event, queue)
        tally.offered += 1
        self._stays[event.call_id] = _Stay(queue, tally, self._clock.monotonic_ms() - age_ms)

    def _tally(self, event: CallEvent, queue: str) -> Tally:
        day = event.at.astimezone(self._timezone).date()
        tallies = self._days.setdefault(day, {})
        for old in sorted(self._days)[:-_DAYS_KEPT]:
            del self._days[old]
        return tallies.setdefault(queue, Tally())

    def _answered(self, call_id: str, waited_ms: int) -> None:
        stay = self._stays.get(call_id)
        if stay is None or stay.answered:
            return
        stay.answered = True
        stay.tally.answered += 1
        stay.tally.waited_ms += waited_ms
        stay.tally.within += self._in_time(waited_ms)

    def _gone(self, call_id: str, result: str, data: Mapping[str, Any]) -> None:
        if result == "answered":
            self._answered(call_id, _whole(data, "waited_ms"))
        stay = self._stays.pop(call_id, None)
        if stay is None or stay.answered:
            return
        if result == "abandoned":
            stay.tally.abandoned += 1
            stay.tally.abandoned_within += self._in_time(_whole(data, "waited_ms"))
        else:
            stay.tally.left += 1

    def _in_time(self, waited_ms: int) -> bool:
        return waited_ms <= self._limits.service_target_s * 1000


def _caller(data: Mapping[str, Any]) -> _Caller:
    name = plain_name(str(data.get("caller_name") or ""), most_cells=NAME_CELLS)
    return _Caller(mask(plain(str(data.get("ani") or ""))), name)


def _whole(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) else 0
