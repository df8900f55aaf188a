"""One way an action can come out: its outcome, how long it takes, and the facts it leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Final, NamedTuple

from callflow.proving.lengths import Length, Pace
from calls.events import (
    AnsweredFact,
    CallEvent,
    Fact,
    Fault,
    HungUpFact,
    RecordingStarted,
    RecordingStopped,
)
from calls.outcomes import HungUp, Outcome

RUNNING: Final = "running"
PAUSED: Final = "paused"
RECORDING: Final = "recording-1"
"""Any recording's id; no rule asks which."""

AT: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When every call of a proof is offered; no rule asks for the time of day."""

LEAVES: Final = ("caller", "network")
"""Who may end the line at any time."""

Tell = Callable[[Sequence[int]], Fact]
"""Makes a fact from the moments between the parts of a way; moment 0 is when the action began."""


class Standing(NamedTuple):
    """What a channel knows of its call, beside what the run knows."""

    answered: bool = False
    recording: str = ""
    """`running`, `paused` or empty."""

    agent_left: bool = False
    """The agent ended the talk, and nothing has been said since."""

    down_by: str = ""
    """Who hung up; empty while the line is up."""


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way an action can come out. Two of them are the same only when they are one object."""

    outcome: Outcome
    parts: tuple[Length, ...]
    facts: tuple[tuple[int, Tell], ...]
    """After how many parts each fact is recorded."""

    after: Standing
    cut: str = ""
    """How the caller cut a prompt short: `speech` or `key`."""

    odd: int = 0
    """How unlikely; of two counterexamples of a length the likelier one is told."""

    @property
    def ours(self) -> bool:
        """Whether something of the house, or of the network, has to fail for it."""
        return self.odd >= FAULT

    number: int = field(default_factory=count().__next__)
    """Its own, among all ways."""

    _made: dict[Pace, tuple[tuple[CallEvent, ...], int]] = field(default_factory=dict)

    def events(self, pace: Pace) -> tuple[tuple[CallEvent, ...], int]:
        """Its facts with times counted from its beginning, and how long it takes."""
        made = self._made.get(pace)
        if made is None:
            moments = self.moments(pace)
            events = tuple(event_of(tell(moments), moments[after]) for after, tell in self.facts)
            made = self._made[pace] = (events, moments[-1])
        return made

    def moments(self, pace: Pace, from_ms: int = 0) -> list[int]:
        """When each part is over, the beginning first."""
        moments = [from_ms]
        for part in self.parts:
            moments.append(moments[-1] + part[pace])
        return moments


def event_of(fact: Fact, at_ms: int, seq: int = 0) -> CallEvent:
    """A fact as an event, `at_ms` after the moment that times count from."""
    return CallEvent("proof", seq, AT, at_ms, fact.kind, fact.data())


HANG_UP: Final = 1
CUT: Final = 2
NETWORK: Final = 10
FAULT: Final = 10


@dataclass(slots=True)
class Telling:
    """Builds a way part by part; `fork` to tell several with the same beginning."""

    standing: Standing
    parts: list[Length] = field(default_factory=list)
    facts: list[tuple[int, Tell]] = field(default_factory=list)

    @property
    def now(self) -> int:
        """How many parts have passed."""
        return len(self.parts)

    def fork(self) -> Telling:
        """A second telling with the same beginning."""
        return Telling(self.standing, list(self.parts), list(self.facts))

    def passes(self, length: Length) -> Telling:
        """Time passes."""
        self.parts.append(length)
        return self

    def tells(self, tell: Tell) -> Telling:
        """A fact is recorded now."""
        self.facts.append((len(self.parts), tell))
        return self

    def note(self, fact: Fact) -> Telling:
        """A fact without a time of its own is recorded now."""
        return self.tells(lambda _at: fact)

    def now_is(self, **changes: object) -> Telling:
        """The channel stands differently from here on."""
        self.standing = self.standing._replace(**changes)  # type: ignore[arg-type]
        return self

    def answered(self) -> Telling:
        """A line that was not answered before anything is done on it is answered now."""
        if not self.standing.answered:
            self.note(AnsweredFact(rings=1, waited_ms=0)).now_is(answered=True)
        return self

    def ends(self, outcome: Outcome, *, odd: int = 0, cut: str = "") -> Way:
        """The way is told."""
        return Way(outcome, tuple(self.parts), tuple(self.facts), self.standing, cut, odd)

    def hangs_up(self, by: str, *, talked_ms: int = 0, cut: str = "", odd: int = 0) -> Way:
        """The line goes down now."""
        odd += HANG_UP
        if by == "network":
            self.note(Fault(where="line", problem="the connection was lost"))
            odd += NETWORK
        if self.standing.recording == RUNNING:
            self.stops_recording("call_ended")
        self.note(HungUpFact(by=by)).now_is(down_by=by)
        return self.ends(HungUp(by=by, talked_ms=talked_ms), cut=cut, odd=odd)

    def starts_recording(self) -> Telling:
        """A recording begins."""
        return self.note(
            RecordingStarted(recording=RECORDING, caller_file="", house_file="")
        ).now_is(recording=RUNNING)

    def stops_recording(self, reason: str) -> Telling:
        """The recording ends."""
        return self.note(RecordingStopped(recording=RECORDING, reason=reason)).now_is(recording="")
