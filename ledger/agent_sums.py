"""What an agent's facts came to, added up from the first one on: the rows of `agent_hours`.

A row is kept for each hour with facts of the agent, as they stood at its last one. What any stretch
of time came to is the difference of two such sums: a month is read as fast as a day. A wall clock
that was set back counts as standing still. Pure: no database, no clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from calls.floor.states import AgentState
from ledger.encoding import encode_data
from ledger.floor_day import takes_over

HOUR_US = 3_600_000_000
_SIGNED_OUT = AgentState.SIGNED_OUT.value

Values = tuple[str, str, int, int, int, str, str, str, int | None, str]
"""A row of `agent_hours`, in the order of `COLUMNS`."""

COLUMNS = (
    "agent",
    "node",
    "hour",
    "cursor",
    "at",
    "state",
    "reason",
    "call_id",
    "entered_at",
    "sums",
)


class Told(NamedTuple):
    """A fact of the floor as the sums take it."""

    cursor: int
    at: int
    """Microseconds since 1970 UTC."""

    kind: str
    data: str
    """JSON text."""


@dataclass(slots=True)
class AgentSums:
    """One agent's facts that one node kept, up to now. Times are microseconds, since 1970 UTC."""

    agent: str
    node: str = ""
    cursor: int = 0
    """Of the last fact; 0 before the first."""

    at: int = 0
    """The latest time that a fact told."""

    state: str = _SIGNED_OUT
    reason: str = ""
    call_id: str = ""
    entered_at: int | None = None
    spent: dict[str, int] = field(default_factory=dict)
    """State -> time in it, from the first fact to `at`."""

    counts: dict[str, int] = field(default_factory=dict)
    """`offer.RESULT`, `in_time`, `late`, `consults`, `taken_over`, `promises`, `broken` -> how
    many."""

    @property
    def hour(self) -> int:
        """The beginning of the hour that `at` is in."""
        return self.at - self.at % HOUR_US

    def take(self, told: Told) -> None:
        """The agent's next fact in the node's order."""
        if self.cursor:
            self.spent = self.spent_at(told.at)
        self.at = max(self.at, told.at) if self.cursor else told.at
        self.cursor = told.cursor
        tell = _TELLERS.get(told.kind)
        if tell is not None:
            tell(self, _facts(told.data))

    def spent_at(self, at: int) -> dict[str, int]:
        """State -> time in it, from the first fact to `at`, if no other fact comes before."""
        if not self.cursor or at <= self.at:
            return dict(self.spent)
        return self.spent | {self.state: self.spent.get(self.state, 0) + at - self.at}

    def values(self) -> Values:
        """The row of this hour."""
        sums = encode_data({"spent": self.spent, "counts": self.counts})
        state = (self.state, self.reason, self.call_id, self.entered_at)
        return (self.agent, self.node, self.hour, self.cursor, self.at, *state, sums)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> AgentSums:
        """What a row tells."""
        sums = json.loads(values["sums"])
        told = {name: values[name] for name in COLUMNS if name not in ("hour", "sums")}
        return cls(**told, spent=sums["spent"], counts=sums["counts"])

    def count(self, name: str, more: int) -> None:
        """Add to one of `counts`."""
        if more:
            self.counts[name] = self.counts.get(name, 0) + more


class HourRows:
    """Collects the rows that facts change, each as it stands at its last one."""

    def __init__(self) -> None:
        self._over: list[Values] = []
        self._open: dict[int, AgentSums] = {}

    def take(self, sums: AgentSums, told: Told) -> None:
        """Add the agent's next fact to its sums."""
        if id(sums) in self._open and told.at >= sums.hour + HOUR_US:
            self._over.append(sums.values())
        sums.take(told)
        self._open[id(sums)] = sums

    def taken(self) -> list[Values]:
        """All rows since it was cleared, in the order of the hours of each agent."""
        return [*self._over, *(sums.values() for sums in self._open.values())]

    def clear(self) -> None:
        """Begin again."""
        self._over.clear()
        self._open.clear()


def _facts(data: str) -> Mapping[str, Any]:
    try:
        facts = json.loads(data)
    except (TypeError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _state(sums: AgentSums, facts: Mapping[str, Any]) -> None:
    sums.state = str(facts.get("state") or _SIGNED_OUT)
    sums.reason = str(facts.get("reason") or "")
    sums.call_id = str(facts.get("call_id") or "")
    sums.entered_at = sums.at
    sums.count("taken_over", takes_over(facts))


def _offer(sums: AgentSums, facts: Mapping[str, Any]) -> None:
    result, late = str(facts.get("result")), facts.get("late") is True
    if facts.get("asked") is True:
        sums.count("consults", result == "answered")
        return
    sums.count(f"offer.{result}", 1)
    sums.count("late", late)
    sums.count("in_time", result == "answered" and not late)


def _talk(sums: AgentSums, facts: Mapping[str, Any]) -> None:
    promises, broken = facts.get("promises"), facts.get("broken")
    sums.count("promises", promises if isinstance(promises, int) else 0)
    sums.count("broken", len(broken) if isinstance(broken, list) else 0)


_TELLERS: Mapping[str, Callable[[AgentSums, Mapping[str, Any]], None]] = {
    "state": _state,
    "offer": _offer,
    "talk": _talk,
}
