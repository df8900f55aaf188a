"""A manager interface over real TCP that plays agents' calls, and keeps when it told of what."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.fake_manager import SYSTEM, Asked, FakeManager, Line, Part

QUEUE = "support"
RINGS_S, TALKS_S, HOLDS_S, WRAPS_S = 1.5, 6.0, 1.0, 2.0
BUSY_S = RINGS_S + TALKS_S + HOLDS_S + WRAPS_S


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that an agent's screen must show."""

    agent: str
    state: str
    at: float
    """`time.monotonic()` just before it was written."""


@dataclass(slots=True)
class Leg:
    """An agent's channel and its caller's."""

    number: int
    agent: str
    state: str = "Ringing"
    held: bool = False

    @property
    def channel(self) -> str:
        """The agent's."""
        return f"PJSIP/{self.agent}-{self.number:08x}"

    @property
    def caller(self) -> str:
        """The caller's."""
        return f"PJSIP/anonymous-{self.number:08x}"

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Both channels, as events of a dial name them."""
        return (
            ("Channel", self.caller),
            ("Uniqueid", f"{SYSTEM}-1.{self.number}"),
            ("Linkedid", f"{SYSTEM}-1.{self.number}"),
            ("CallerIDNum", f"138{self.number:08}"),
            ("DestChannel", self.channel),
            ("DestUniqueid", f"{SYSTEM}-2.{self.number}"),
            ("DestLinkedid", f"{SYSTEM}-1.{self.number}"),
        )


@dataclass(slots=True)
class Switch:
    """All agents have a phone and are in the queue."""

    agents: tuple[str, ...]
    legs: dict[str, Leg] = field(default_factory=dict)
    """By agent."""

    told: list[Happened] = field(default_factory=list)
    waited: list[tuple[float, int]] = field(default_factory=list)
    """When another number of callers waited, and how many: every panel shows it."""

    manager: FakeManager | None = None
    """Set before the first call."""

    paused: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Pause and reason by interface."""

    penalty: dict[str, str] = field(default_factory=dict)
    _calls: int = 0
    _waiting: int = 0
    _in_queue: list[Leg] = field(default_factory=list)

    def parts(self) -> dict[str, Part]:
        """What it answers otherwise than "done"."""
        return {
            "Status": self._status,
            "DeviceStateList": self._devices,
            "QueueStatus": self._queues,
            "QueuePause": self._pause,
            "QueuePenalty": self._penalize,
            "Getvar": self._getvar,
            "Originate": lambda line, asked: line.reply(
                asked, ("Message", "Originate failed"), response="Error"
            ),
        }

    # -- what the desk asks ----------------------------------------------------------------------

    def _status(self, line: Line, asked: Asked) -> None:
        line.rows(asked, *(("Status", row) for leg in self.legs.values() for row in _rows(leg)))

    def _devices(self, line: Line, asked: Asked) -> None:
        rows = [
            ("DeviceStateChange", (("Device", f"PJSIP/{agent}"), ("State", "NOT_INUSE")))
            for agent in self.agents
        ]
        line.rows(asked, *rows)

    def _queues(self, line: Line, asked: Asked) -> None:
        rows = [("QueueMember", tuple(self._member(agent))) for agent in self.agents]
        waiting = [("QueueEntry", (*self._entry(leg), ("Wait", "1"))) for leg in self._in_queue]
        line.rows(asked, ("QueueParams", (("Queue", QUEUE),)), *rows, *waiting)

    def _member(self, agent: str) -> Iterator[tuple[str, str]]:
        interface = f"PJSIP/{agent}"
        paused, reason = self.paused.get(interface, ("0", ""))
        yield from (("Queue", QUEUE), ("Location", interface), ("Name", agent), ("Status", "1"))
        yield from (("Paused", paused), ("PausedReason", reason))
        yield ("Penalty", self.penalty.get(interface, "0"))

    def _pause(self, line: Line, asked: Asked) -> None:
        paused = "1" if asked.get("Paused") == "true" else "0"
        self.paused[asked.get("Interface")] = (paused, asked.get("Reason"))
        line.reply(asked, ("Message", "Interface paused successfully"))
        agent = asked.get("Interface").partition("/")[2]
        line.event("QueueMemberPause", *self._member(agent))

    def _penalize(self, line: Line, asked: Asked) -> None:
        self.penalty[asked.get("Interface")] = asked.get("Penalty")
        line.reply(asked, ("Message", "Interface penalty updated successfully"))

    def _getvar(self, line: Line, asked: Asked) -> None:
        value = SYSTEM
        if asked.get("Variable") == "CHANNEL(rtp,hold)":
            held = [leg.held for leg in self.legs.values() if leg.channel == asked.get("Channel")]
            value = str(int(any(held)))
        line.reply(asked, ("Variable", asked.get("Variable")), ("Value", value))

    # -- what happens ----------------------------------------------------------------------------

    async def call(self, agent: str, dice: random.Random) -> None:
        """One call at this agent, from the queue to its end."""
        self._calls += 1
        leg = Leg(self._calls, agent)
        await asyncio.sleep(dice.random() * 0.5)
        self._wait(leg, 1)
        await asyncio.sleep(0.5)
        self.legs[agent] = leg
        at = time.time()
        self._event("DialBegin", *leg.pairs(), at=at)
        self._tell(leg, "ringing")
        ringing = (*leg.pairs(), ("DialStatus", "RINGING"))
        self._event("DialState", *ringing, at=at)
        await asyncio.sleep(RINGS_S)
        self._tell(leg, "on_call")
        leg.state = "Up"
        answered = (*leg.pairs(), ("DialStatus", "ANSWER"))
        self._event("DialEnd", *answered, at=time.time())
        self._wait(leg, -1)
        await asyncio.sleep(TALKS_S / 2)
        for held in (True, False):
            self._tell(leg, "hold" if held else "on_call")
            leg.held = held
            own = (("Channel", leg.channel), ("Uniqueid", f"{SYSTEM}-2.{leg.number}"))
            self._event("Hold" if held else "Unhold", *own)
            await asyncio.sleep(HOLDS_S if held else TALKS_S / 2)
        self._tell(leg, "wrap_up")
        del self.legs[agent]
        for channel, number in ((leg.channel, 2), (leg.caller, 1)):
            own = (("Channel", channel), ("Uniqueid", f"{SYSTEM}-{number}.{leg.number}"))
            self._event("Hangup", *own, ("Cause", "16"))
        await asyncio.sleep(WRAPS_S)

    def _tell(self, leg: Leg, state: str) -> None:
        self.told.append(Happened(leg.agent, state, time.monotonic()))

    def _wait(self, leg: Leg, more: int) -> None:
        self._waiting += more
        (self._in_queue.append if more > 0 else self._in_queue.remove)(leg)
        self.waited.append((time.monotonic(), self._waiting))
        self._event("QueueCallerJoin" if more > 0 else "QueueCallerLeave", *self._entry(leg))

    def _event(self, name: str, *pairs: tuple[str, str], at: float | None = None) -> None:
        """To every connection, as Asterisk does."""
        assert self.manager is not None  # noqa: S101
        for line in self.manager.lines:
            line.event(name, *pairs, at=time.time() if at is None else at)

    def _entry(self, leg: Leg) -> tuple[tuple[str, str], ...]:
        return (
            ("Queue", QUEUE),
            ("Channel", leg.caller),
            ("Uniqueid", f"{SYSTEM}-1.{leg.number}"),
            ("Position", str(max(1, self._waiting))),
            ("Count", str(self._waiting)),
            ("CallerIDNum", f"138{leg.number:08}"),
        )


def _rows(leg: Leg) -> Iterator[tuple[tuple[str, str], ...]]:
    for channel, kind, application in (
        (leg.caller, 1, "Queue"),
        (leg.channel, 2, "AppQueue"),
    ):
        yield (
            ("Channel", channel),
            ("Uniqueid", f"{SYSTEM}-{kind}.{leg.number}"),
            ("Linkedid", f"{SYSTEM}-1.{leg.number}"),
            ("ChannelStateDesc", leg.state),
            ("Application", application),
            ("Seconds", "1"),
        )
