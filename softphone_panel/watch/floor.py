"""The floor as the ledger tells it: live calls, the last ended ones, the day's counts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from calls.events import CallEvent
from softphone_panel.watch.folding import FOLDS, fold
from softphone_panel.watch.live_call import LiveCall

KEPT_ENDED = 100
RINGS_ALLOWED = 3
"""House rule A01."""


@dataclass(slots=True)
class Totals:
    """Counts over the calls offered on one day."""

    offered: int = 0
    answered: int = 0
    within_three: int = 0
    """Answered within three rings (A01)."""

    completed: int = 0
    caller_hung_up: int = 0
    failed: int = 0
    """Failed, interrupted, or cut by the network."""

    def count_answer(self, rings: int) -> None:
        """A call was answered on this ring."""
        self.answered += 1
        self.within_three += rings <= RINGS_ALLOWED

    def count_end(self, end_reason: str) -> None:
        """A call came to its end."""
        self.completed += end_reason in ("completed", "agent_hung_up")
        self.caller_hung_up += end_reason == "caller_hung_up"
        self.failed += end_reason in ("failed", "interrupted", "network")


class Floor:
    """Every live call, the last ended ones, and each day's counts."""

    def __init__(self, timezone: tzinfo | None = None) -> None:
        """`timezone` says when a day begins; None is the machine's own."""
        self._timezone = timezone
        self._live: dict[str, LiveCall] = {}
        self._ended: dict[str, LiveCall] = {}
        self._days: dict[date, Totals] = {}

    def apply(self, event: CallEvent) -> LiveCall | None:
        """Take one event in; the call after it, or None when it tells of no call to show."""
        before = self._live.get(event.call_id) or self._ended.get(event.call_id)
        if before is None:
            # What is found out of a call long over is no call that came.
            if event.kind not in FOLDS or event.kind.startswith("recording"):
                return None
            before = LiveCall(id=event.call_id, offered_at=event.at)
        after = fold(before, event)
        if after is not before:
            self._keep(after)
            self._count(before, after, event.kind)
        return after

    def count_past(self, offered_at: datetime, rings: int | None, end_reason: str) -> None:
        """Count a call that is over and not shown; `rings` None when it was never answered."""
        day = self._days.setdefault(self._day(offered_at), Totals())
        day.offered += 1
        if rings is not None:
            day.count_answer(rings)
        day.count_end(end_reason)

    def live(self) -> list[LiveCall]:
        """Calls on the line, the longest first."""
        return list(self._live.values())

    def ended(self) -> list[LiveCall]:
        """The last calls that ended, the newest first."""
        return list(reversed(self._ended.values()))

    def find(self, call_id: str) -> LiveCall | None:
        """A call by its id, live or lately ended."""
        return self._live.get(call_id) or self._ended.get(call_id)

    def totals(self, at: datetime) -> Totals:
        """Counts of the calls offered on the day of `at`."""
        return self._days.get(self._day(at), Totals())

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._timezone).date()

    def _keep(self, call: LiveCall) -> None:
        if not call.is_over:
            self._live[call.id] = call
            return
        self._live.pop(call.id, None)
        self._ended[call.id] = call
        while len(self._ended) > KEPT_ENDED:
            del self._ended[next(iter(self._ended))]

    def _count(self, before: LiveCall, after: LiveCall, kind: str) -> None:
        day = self._days.setdefault(self._day(after.offered_at), Totals())
        for old in sorted(self._days)[:-2]:
            del self._days[old]
        if kind == "offered":
            day.offered += 1
        elif kind == "answered":
            day.count_answer(after.rings)
        elif after.is_over and not before.is_over:
            day.count_end(after.end_reason)
