"""Attended transfers and holds under way, told from Asterisk's events.

While agent and target talk, the partners sit in other bridges and on channels of Asterisk's own;
what stays the same through all of it is the Linkedid of the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from calls.clock import Clock
from calls.floor.view import ConsultView
from desk.ami.message import Message

CONTEXT: Final = "cc-desk-consult"
ASK_EXTEN: Final = "10"
HOLD_EXTEN: Final = "11"


class ConsultState(StrEnum):
    """How far it is; the first four are those of `ConsultView`."""

    DIALLING = "dialling"
    TALKING = "talking"
    THREE_WAY = "three_way"
    FAILED = "failed"
    """The target did not pick up; the agent is back with the caller, or about to be."""

    OVER = "over"
    """Completed, cancelled, or the call ended."""


@dataclass(slots=True, kw_only=True)
class Consult:
    """One of them; `hold` when nobody is asked and the caller only waits."""

    agent: str
    agent_channel: str
    linked_id: str
    to: str
    hold: bool = False
    state: ConsultState = ConsultState.DIALLING
    since_ms: int
    own: set[str] = field(default_factory=set)
    """Asterisk's own channels beside the agent's."""

    target_channel: str = ""
    """Of the one asked, once picked up."""

    taken: asyncio.Event = field(default_factory=asyncio.Event)
    """Asterisk has understood the order."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Asterisk has begun to carry it out, and the agent is away from the caller."""

    back: asyncio.Event = field(default_factory=asyncio.Event)
    """The agent is with the caller again; keys are heard as orders only there."""

    def view(self, now_ms: int) -> ConsultView | None:
        """As a panel shows it; None for a hold, and when it is over."""
        if self.hold or self.state is ConsultState.OVER:
            return None
        return ConsultView(to=self.to, state=self.state, for_ms=now_ms - self.since_ms)


EVENTS: Final = ("Hold", "Newchannel", "BridgeEnter", "DialEnd", "AttendedTransfer", "Hangup")

FAILED_SHOWN_S: Final = 8.0
"""So long a panel shows that nobody picked up, unless the next transfer begins before."""


class Consults:
    """All that are under way, by the agent's channel."""

    def __init__(self, clock: Clock, changed: Callable[[str], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._under_way: dict[str, Consult] = {}

    def of(self, agent_channel: str) -> Consult | None:
        """The one of this agent's channel, until it is over."""
        return self._under_way.get(agent_channel)

    def of_agent(self, agent: str) -> Consult | None:
        """The one of this agent."""
        return next((one for one in self._under_way.values() if one.agent == agent), None)

    def begin(self, consult: Consult) -> None:
        """Follow it from now on."""
        self._under_way[consult.agent_channel] = consult
        self._changed(consult.agent)

    def end(self, consult: Consult) -> None:
        """It is over, or never began."""
        consult.state = ConsultState.OVER
        consult.taken.set()
        consult.begun.set()
        if self._under_way.get(consult.agent_channel) is consult:
            del self._under_way[consult.agent_channel]
        self._changed(consult.agent)

    def forget_all(self) -> None:
        """The connection is lost: nothing is known any more."""
        for consult in tuple(self._under_way.values()):
            self.end(consult)

    def three_way(self, consult: Consult) -> None:
        """All three have been put together."""
        self._enter(consult, ConsultState.THREE_WAY)

    def take(self, event: Message) -> None:
        """One of `EVENTS`."""
        match event.event:
            case "Hold":
                self._on_hold(event)
            case "Newchannel":
                self._new_channel(event)
            case "BridgeEnter":
                self._bridge_enter(event)
            case "DialEnd":
                self._dial_end(event)
            case "AttendedTransfer":
                self._transferred(event)
            case "Hangup":
                self._hung_up(event)

    def _enter(self, consult: Consult, state: ConsultState) -> None:
        if consult.state is not state:
            consult.state, consult.since_ms = state, self._clock.monotonic_ms()
            self._changed(consult.agent)

    def _on(self, linked_id: str) -> Consult | None:
        found = (one for one in self._under_way.values() if one.linked_id == linked_id)
        return next(found, None)

    def _on_hold(self, event: Message) -> None:
        consult = self._under_way.get(event.get("Channel"))
        if consult is not None:
            consult.taken.set()

    def _new_channel(self, event: Message) -> None:
        channel = event.get("Channel")
        consult = self._on(event.get("Linkedid"))
        if consult is not None and channel.startswith("Local/") and f"@{CONTEXT}-" in channel:
            consult.own.add(channel)

    def _bridge_enter(self, event: Message) -> None:
        """The agent's channel: to the consultation first, later back to the caller."""
        consult = self._under_way.get(event.get("Channel"))
        if consult is not None and consult.own:
            (consult.back if consult.begun.is_set() else consult.begun).set()

    def _dial_end(self, event: Message) -> None:
        """Of the dial to the target; that of Asterisk's own channel names none that dials."""
        consult = self._on(event.get("Linkedid"))
        if consult is None or event.get("Channel") not in consult.own:
            return
        answered = event.get("DialStatus") == "ANSWER"
        consult.target_channel = event.get("DestChannel") if answered else ""
        self._enter(consult, ConsultState.TALKING if answered else ConsultState.FAILED)

    def _transferred(self, event: Message) -> None:
        channel = event.get("OrigTransfererChannel")
        consult = self._under_way.get(channel) or self._on(event.get("OrigTransfererLinkedid"))
        if consult is None:
            return
        if event.get("DestType") == "Threeway":
            self.three_way(consult)
        else:
            self.end(consult)

    def _hung_up(self, event: Message) -> None:
        channel = event.get("Channel")
        consult = self._under_way.get(channel)
        if consult is not None:
            self.end(consult)
            return
        consult = self._on(event.get("Linkedid"))
        if consult is None:
            return
        if channel == consult.target_channel:
            self.end(consult)
        elif channel in consult.own:
            consult.own.discard(channel)
            if not consult.own:
                self._left(consult)

    def _left(self, consult: Consult) -> None:
        """The agent is back with the caller, or talks on with the two others."""
        consult.begun.set()
        if consult.state in (ConsultState.DIALLING, ConsultState.FAILED) and not consult.hold:
            self._enter(consult, ConsultState.FAILED)
            loop = asyncio.get_running_loop()
            loop.call_later(FAILED_SHOWN_S, self._end_failed, consult)
        elif consult.state is not ConsultState.THREE_WAY:
            self.end(consult)

    def _end_failed(self, consult: Consult) -> None:
        if consult.state is ConsultState.FAILED:
            self.end(consult)
