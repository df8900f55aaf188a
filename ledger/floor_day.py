"""What an agent's facts tell of a stretch of time. Pure: no database, no clock.

The times in all states add up to the stretch exactly: every millisecond belongs to the state that
the last fact before it told of, and to `signed_out` before the first. A wall clock that was set
back in between counts as standing still.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from calls.floor.events import FloorEvent
from calls.floor.states import AgentState

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """One agent's figures over [since, until)."""

    agent: str
    since: datetime
    until: datetime
    state: str
    """The state at the end, with the reason and the call it is entered with."""

    reason: str
    call_id: str
    state_since: datetime | None
    """When it was entered; None for an agent of whom nothing is known."""

    state_ms: dict[str, int] = field(hash=False)
    """Time in each state; together the whole stretch."""

    offers: int
    answered: int
    missed: int
    """Offers that rang unanswered or were rejected; not those whose caller left."""

    within_three_rings: int
    """Answered ones that were not late (A01)."""

    late: int

    def in_state(self, *states: AgentState) -> int:
        """Time in these states, milliseconds."""
        return sum(self.state_ms.get(state.value, 0) for state in states)


@dataclass(slots=True)
class _Fold:
    since: datetime
    until: datetime
    state: str = AgentState.SIGNED_OUT.value
    reason: str = ""
    call_id: str = ""
    entered: datetime | None = None
    latest_ms: int = 0
    state_ms: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    in_time: int = 0
    late: int = 0

    def take(self, event: FloorEvent) -> None:
        if event.kind == "state":
            self._enter(event)
        elif event.kind == "offer" and self.since <= event.at < self.until:
            self._offer(event)

    def _enter(self, event: FloorEvent) -> None:
        self.spend(event.at)
        self.state = str(event.data.get("state") or AgentState.SIGNED_OUT.value)
        self.reason = str(event.data.get("reason") or "")
        self.call_id = str(event.data.get("call_id") or "")
        self.entered = event.at

    def spend(self, to: datetime) -> None:
        """All time up to `to` that is not counted yet goes to the state of now."""
        whole_ms = (self.until - self.since) // _MILLISECOND
        to_ms = min(max((to - self.since) // _MILLISECOND, self.latest_ms), whole_ms)
        if to_ms > self.latest_ms:
            self.state_ms[self.state] = self.state_ms.get(self.state, 0) + to_ms - self.latest_ms
            self.latest_ms = to_ms

    def _offer(self, event: FloorEvent) -> None:
        result, late = str(event.data.get("result")), event.data.get("late") is True
        self.counts[result] = self.counts.get(result, 0) + 1
        self.late += late
        self.in_time += result == "answered" and not late


def agent_day(
    agent: str, events: Iterable[FloorEvent], since: datetime, until: datetime
) -> AgentDay:
    """Fold one agent's facts, in the ledger's order; those before `since` tell its first state.

    ValueError when `until` is before `since`.
    """
    if until < since:
        raise ValueError(f"a stretch of time ends after it begins, got {since} to {until}")
    fold = _Fold(since, until)
    for event in events:
        if event.at < until:
            fold.take(event)
    fold.spend(until)
    return AgentDay(
        agent=agent,
        since=since,
        until=until,
        state=fold.state,
        reason=fold.reason,
        call_id=fold.call_id,
        state_since=fold.entered,
        state_ms=fold.state_ms,
        offers=sum(fold.counts.values()),
        answered=fold.counts.get("answered", 0),
        missed=fold.counts.get("missed", 0) + fold.counts.get("rejected", 0),
        within_three_rings=fold.in_time,
        late=fold.late,
    )
