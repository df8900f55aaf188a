"""What the ledger says of the rush, against what callers, phones and clocks say. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bench.rush.agents import Shift
from bench.rush.callers import Told
from calls.events import CallEvent
from calls.floor.events import FloorEvent

CLOCK_S = 1.0
"""States and clock of a whole shift may differ by so much: sign-in and sign-out take their time."""

APART_S = 0.5
"""Between the look at the clock for a state's length and the one for its stamp the process may be
put aside on a machine under load."""

PHONE_S = 0.5
"""What a phone and the states may differ by, a call."""


@dataclass(slots=True)
class CallSide:
    """The calls in the ledger, by their callers' numbers."""

    calls: int = 0
    answered: int = 0
    unended: int = 0
    lost: list[str] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    twice: int = 0
    """Calls that rang at two agents at the same time."""


@dataclass(slots=True)
class AgentSide:
    """One agent's facts of the floor."""

    number: str
    states_s: dict[str, float] = field(default_factory=dict)
    offers: Counter[str] = field(default_factory=Counter)
    doubles: int = 0
    """Offers that began before the one before was over."""

    breaks: int = 0
    """States that do not begin where the one before ended."""

    last: str = ""

    @property
    def sum_s(self) -> float:
        """Time in all states."""
        return sum(self.states_s.values())

    def wrong(self, shift: Shift) -> list[str]:
        """What does not fit the agent's own phone and clock."""
        clock_s = shift.ended - shift.began
        calls = sum(self.offers.values()) or 1
        rings, talks = self.states_s.get("ringing", 0), self.at_the_ear_s
        told = (
            (
                abs(self.sum_s - clock_s) > CLOCK_S,
                f"states {self.sum_s:.1f} s, clock {clock_s:.1f}",
            ),
            (
                abs(rings - shift.rang_s) > PHONE_S * calls,
                f"ringing {rings:.1f} s, phone {shift.rang_s:.1f}",
            ),
            (
                abs(talks - shift.talked_s) > PHONE_S * calls,
                f"on calls {talks:.1f} s, phone {shift.talked_s:.1f}",
            ),
            (
                self.doubles + shift.doubles > 0,
                f"offered two calls: {self.doubles}, {shift.doubles}",
            ),
            (self.breaks > 0, f"{self.breaks} states that do not follow each other"),
            (
                self.offers["answered"] != shift.answered,
                f"answered {self.offers['answered']}, phone {shift.answered}",
            ),
            (self.last != "signed_out", f"at the end {self.last}"),
        )
        return [text for is_so, text in told if is_so] + [
            f"{count} x {text}" for text, count in shift.problems.items()
        ]

    @property
    def at_the_ear_s(self) -> float:
        """On calls and holds."""
        return self.states_s.get("on_call", 0.0) + self.states_s.get("hold", 0.0)


def agent_side(number: str, facts: Iterable[FloorEvent]) -> AgentSide:
    """Fold one agent's facts of the shift, in their order."""
    side, before, at = AgentSide(number), "signed_out", None
    for fact in facts:
        if fact.kind == "offer":
            side.offers[str(fact.data["result"])] += 1
        if fact.kind != "state":
            continue
        entered = str(fact.data["state"])
        side.breaks += str(fact.data["before"]) != before
        side.doubles += entered == "ringing" and before in ("ringing", "on_call", "hold", "wrap_up")
        if before != "signed_out":
            lasted_s = int(fact.data["lasted_ms"]) / 1000
            side.states_s[before] = side.states_s.get(before, 0.0) + lasted_s
            side.breaks += _apart(at, fact.at, lasted_s)
        before, at = entered, fact.at
    side.last = before
    return side


def _apart(before: datetime | None, now: datetime, lasted_s: float) -> bool:
    """Whether the length told is not the distance of the stamps."""
    return before is not None and abs((now - before).total_seconds() - lasted_s) > APART_S


def call_side(events: Mapping[str, Sequence[CallEvent]], told: Sequence[Told]) -> CallSide:
    """Fold all calls; `events` by the caller's number."""
    side = CallSide(calls=len(events))
    for one in told:
        _reckon(side, one, events.get(one.plan.number, ()))
    return side


def _reckon(side: CallSide, told: Told, events: Sequence[CallEvent]) -> None:
    kinds = [event.kind for event in events]
    side.ends[told.end or "never called"] += 1
    side.unended += "ended" not in kinds
    side.faults.update(
        f"{event.data['where']}: {event.data['problem']}"[:100]
        for event in events
        if event.kind == "fault"
    )
    answered = [event for event in events if event.kind == "agent_answered"]
    side.answered += bool(answered)
    side.waits_s += [int(event.data["waited_ms"]) / 1000 for event in answered[:1]]
    side.twice += len(answered) > 1
    good = (told.end == "served" and answered) or told.end == "abandoned"
    if not good or "ended" not in kinds:
        side.lost.append(
            f"{told.plan.number}: {told.end or 'never called'}, {'>'.join(kinds[-4:])}"
        )
