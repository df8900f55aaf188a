"""What an agent's facts tell of a stretch of time. Pure: no database, no clock.

The times in all states add up to the stretch exactly: every millisecond belongs to the state that
the last fact before it told of, and to `signed_out` before the first. A wall clock that was set
back in between counts as standing still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from calls.floor.events import FloorEvent
from calls.floor.states import AgentState

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """One agent's figures over [since, until)."""

    agent: str
    since: datetime
    until: datetime
    state: str
    """The state at the end, with the reason and the call it was entered with."""

    reason: str
    call_id: str
    state_since: datetime | None
    """When it was entered; None for an agent of whom nothing is known."""

    state_ms: dict[str, int] = field(hash=False)
    """Time in each state; together the whole stretch."""

    offers: int
    """Of callers: to be asked by a colleague is none."""

    answered: int
    missed: int
    """Offers that rang unanswered or were rejected; not those whose caller left."""

    within_three_rings: int
    """Answered ones that were not late (A01)."""

    late: int
    consults: int
    """Questions of colleagues answered, each about a call that was theirs."""

    taken_over: int
    """Callers that came out of such a question."""

    promises: int
    """Callbacks promised."""

    rules_broken: int
    """House rules broken, each once a call."""

    @property
    def handled(self) -> int:
        """Callers whom the agent had: what handle time is a mean over."""
        return self.answered + self.taken_over

    def in_state(self, *states: AgentState) -> int:
        """Time in these states, milliseconds."""
        return sum(self.state_ms.get(state.value, 0) for state in states)


def whole_ms(spent_us: Mapping[str, int]) -> dict[str, int]:
    """Times of microseconds as milliseconds that add up to the whole of them, rounded down."""
    found: dict[str, int] = {}
    before_us = 0
    for state in sorted(spent_us):
        upto_us = before_us + spent_us[state]
        if length_ms := upto_us // 1000 - before_us // 1000:
            found[state] = length_ms
        before_us = upto_us
    return found


def takes_over(state: Mapping[str, object]) -> bool:
    """Whether the fact of a state tells that a call the agent was asked about is theirs now."""
    ways = state.get("before"), state.get("state")
    return ways == (AgentState.CONSULT.value, AgentState.ON_CALL.value)


class DayFold:
    """Takes one agent's facts in the ledger's order; those before `since` tell its first state."""

    def __init__(self, agent: str, since: datetime) -> None:
        self.agent = agent
        self.since = since
        self._state = AgentState.SIGNED_OUT.value
        self._reason = self._call_id = ""
        self._entered: datetime | None = None
        self._counted_us = 0
        self._state_us: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._in_time = self._late = 0
        self._consults = self._taken_over = 0
        self._promises = self._broken = 0

    def take(self, event: FloorEvent) -> None:
        """The next fact; kinds that tell nothing of states and offers are passed over."""
        if event.kind == "state":
            self._taken_over += event.at >= self.since and takes_over(event.data)
            self._state_us = self._spent(event.at)
            self._counted_us = max(self._counted_us, self._offset_us(event.at))
            self._state = str(event.data.get("state") or AgentState.SIGNED_OUT.value)
            self._reason = str(event.data.get("reason") or "")
            self._call_id = str(event.data.get("call_id") or "")
            self._entered = event.at
        elif event.kind == "offer" and event.at >= self.since and event.data.get("asked") is True:
            self._consults += event.data.get("result") == "answered"
        elif event.kind == "offer" and event.at >= self.since:
            result, late = str(event.data.get("result")), event.data.get("late") is True
            self._counts[result] = self._counts.get(result, 0) + 1
            self._late += late
            self._in_time += result == "answered" and not late
        elif event.kind == "talk" and event.at >= self.since:
            promises, broken = event.data.get("promises"), event.data.get("broken")
            self._promises += promises if isinstance(promises, int) else 0
            self._broken += len(broken) if isinstance(broken, list | tuple) else 0

    def day(self, until: datetime) -> AgentDay:
        """The figures up to `until`, no earlier than the last fact taken."""
        return AgentDay(
            agent=self.agent,
            since=self.since,
            until=until,
            state=self._state,
            reason=self._reason,
            call_id=self._call_id,
            state_since=self._entered,
            state_ms=whole_ms(self._spent(until)),
            offers=sum(self._counts.values()),
            answered=self._counts.get("answered", 0),
            missed=self._counts.get("missed", 0) + self._counts.get("rejected", 0),
            within_three_rings=self._in_time,
            late=self._late,
            consults=self._consults,
            taken_over=self._taken_over,
            promises=self._promises,
            rules_broken=self._broken,
        )

    def next_day(self, since: datetime) -> DayFold:
        """A fold that begins in the state where this one ends."""
        fresh = DayFold(self.agent, since)
        fresh._state, fresh._reason, fresh._call_id = self._state, self._reason, self._call_id
        fresh._entered = self._entered
        return fresh

    def _offset_us(self, at: datetime) -> int:
        return (at - self.since) // _MICROSECOND

    def _spent(self, to: datetime) -> dict[str, int]:
        """Time by state when all of it up to `to` that is not counted yet is the state of now."""
        more_us = self._offset_us(to) - self._counted_us
        if more_us <= 0:
            return dict(self._state_us)
        return self._state_us | {self._state: self._state_us.get(self._state, 0) + more_us}


def agent_day(
    agent: str, events: Iterable[FloorEvent], since: datetime, until: datetime
) -> AgentDay:
    """Fold one agent's facts, in the ledger's order, over [since, until).

    ValueError when `until` is before `since`.
    """
    if until < since:
        raise ValueError(f"a stretch of time ends after it begins, got {since} to {until}")
    fold = DayFold(agent, since)
    for event in events:
        if event.at < until:
            fold.take(event)
    return fold.day(until)
