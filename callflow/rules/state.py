"""What the patterns of house rules share: a verdict's word, what is remembered, times."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple


class Status(StrEnum):
    """What a rule came to."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_APPLICABLE = "not_applicable"
    """Nothing happened that the rule speaks of."""

    PENDING = "pending"
    """The call goes on."""


class State(NamedTuple):
    """What a pattern remembers of the events so far; times count from the offer of the call."""

    status: Status = Status.PENDING
    applies: bool = False
    """Whether anything the rule speaks of has happened."""

    place: int = 0
    """A count, how far a chain has come, or 1 when what must precede has come."""

    mark_ms: int | None = None
    """When the time that runs began; None while none runs."""

    armed: bool = False
    """What a chain's `after` asks for is so just now."""

    speaking: bool = False
    """A line is being spoken: when it began is told only at its end."""

    asked: bool = True
    """Whether the performer a rule asks about has spoken; until then a verdict is not told."""

    why: str = ""

    def broken(self, why: str) -> State:
        """The end of it: the rule does not hold."""
        return self._replace(status=Status.BROKEN, applies=True, why=why)


@dataclass(frozen=True, slots=True)
class Due:
    """What is expected next, in milliseconds since the offer; None where no time is stated."""

    what: str
    not_before_ms: int | None
    by_ms: int | None


@dataclass(frozen=True, slots=True)
class Times:
    """A lapse of time from one event's end to another's start; `slack_ms` is forgiven each way."""

    at_least_ms: int = 0
    at_most_ms: int | None = None
    slack_ms: int = 0

    def fault(self, lapse_ms: int) -> str:
        """What is wrong with a lapse, in words; empty when it fits."""
        if self.at_least_ms and lapse_ms < self.at_least_ms - self.slack_ms:
            return f"after {lapse_ms / 1000:.2f} s, not before {self.at_least_ms / 1000:g} s"
        if self.at_most_ms is not None and lapse_ms > self.at_most_ms + self.slack_ms:
            return f"after {lapse_ms / 1000:.2f} s, due by {self.at_most_ms / 1000:g} s"
        return ""

    def over(self, lapse_ms: int) -> bool:
        """Whether it is too late for anything to come now."""
        return self.at_most_ms is not None and lapse_ms > self.at_most_ms + self.slack_ms

    def due(self, what: str, since_ms: int) -> Due:
        """The same as points in the call."""
        low = since_ms + self.at_least_ms if self.at_least_ms else None
        return Due(what, low, None if self.at_most_ms is None else since_ms + self.at_most_ms)


ANY_TIME: Final = Times()
