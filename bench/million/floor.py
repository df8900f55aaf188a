"""The agents of a busy house, made up: shifts, calls, breaks, as the desk records them.

A day depends on its number alone, so making one can stop anywhere and go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from bench.million.calls import A_DAY, AGENTS, RULES, UNTIL
from calls.fact import Fact
from calls.floor.events import FloorEvent, OfferOver, StateEntered, TalkOver, WrappedUp

_SHIFTS_H = (7.5, 8.0, 9.0, 10.5)
_SHIFT_S = 8.5 * 3600
_BREAKS = ("break", "lunch", "training", "meeting")


def days_of(calls: int) -> int:
    """How many days so many calls take."""
    return max(1, -(-calls // A_DAY))


def floor_day(day: int, of: int) -> list[FloorEvent]:
    """All facts of day `day` (from 0) of `of` days, in order of time."""
    midnight = UNTIL - timedelta(days=of - day)
    facts = [fact for agent in AGENTS for fact in _Shift(agent, day, midnight).facts()]
    return sorted(facts, key=lambda fact: fact.at)


class _Shift:
    """One agent's day; one in six days is off."""

    def __init__(self, agent: str, day: int, midnight: datetime) -> None:
        self._agent = agent
        self._dice = Random(f"{agent}/{day}")
        self._at = midnight
        self._entered = midnight
        self._state = "signed_out"
        self._calls = 0

    def facts(self) -> Iterator[FloorEvent]:
        dice = self._dice
        if dice.random() < 1 / 6:
            return
        self._pass(dice.choice(_SHIFTS_H) * 3600 + dice.uniform(-300, 300))
        leaves = self._at + timedelta(seconds=_SHIFT_S)
        yield self._enter("ready")
        while self._at < leaves:
            self._pass(dice.expovariate(1 / 110))
            if dice.random() < 0.05:
                yield self._enter("not_ready", reason=dice.choice(_BREAKS))
                self._pass(dice.uniform(120, 1800))
                yield self._enter("ready")
            else:
                yield from self._call()
        yield self._enter("signed_out")

    def _call(self) -> Iterator[FloorEvent]:
        dice = self._dice
        self._calls += 1
        call_id = f"{self._at:%Y%m%d-%H%M%S}-{self._agent}{self._calls:05}"
        yield self._enter("ringing", call_id)
        rung_s = dice.uniform(1, 16)
        self._pass(rung_s)
        late = rung_s > 14
        result = "missed" if late else "answered"
        rings = int(rung_s // 5) + 1
        yield self._tell(
            OfferOver(
                call_id=call_id, rings=rings, rung_ms=int(rung_s * 1000), result=result, late=late
            )
        )
        if late:
            yield self._enter("not_ready", reason="missed")
            self._pass(30)
            yield self._enter("ready")
            return
        yield self._enter("on_call", call_id)
        talked_s = min(dice.lognormvariate(4.8, 0.7), 3000.0)
        if dice.random() < 0.18:
            self._pass(talked_s * 0.3)
            yield self._enter("hold", call_id)
            self._pass(talked_s * 0.2)
            yield self._enter("on_call", call_id)
        self._pass(talked_s * 0.5)
        broken = tuple(rule for rule in RULES if dice.random() < 1 / 40)
        yield self._enter("wrap_up", call_id)
        yield self._tell(
            TalkOver(
                call_id=call_id,
                talked_ms=int(talked_s * 1000),
                promises=int(dice.random() < 0.03),
                broken=broken,
            )
        )
        self._pass(dice.lognormvariate(3.0, 0.8))
        yield self._tell(WrappedUp(call_id=call_id, disposition="inquiry", note=""))
        yield self._enter("ready")

    def _pass(self, length_s: float) -> None:
        self._at += timedelta(seconds=length_s)

    def _enter(self, state: str, call_id: str = "", reason: str = "") -> FloorEvent:
        lasted_ms = (self._at - self._entered) // timedelta(milliseconds=1)
        before, self._state, self._entered = self._state, state, self._at
        return self._tell(
            StateEntered(
                state=state, reason=reason, call_id=call_id, before=before, lasted_ms=lasted_ms
            )
        )

    def _tell(self, fact: Fact) -> FloorEvent:
        return FloorEvent(self._agent, self._at, fact.kind, fact.data())
