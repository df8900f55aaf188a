"""Which channels lie at the agents' phones, and what happens on them.

An agent's line begins with a dial to the phone by a caller's channel, and ends with the `Hangup` of
the phone's own channel: not with the caller's, who may go on elsewhere after a transfer. Calls that
an agent makes, and channels that the desk begins (spies), are no offers and no lines.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from calls.clock import Clock
from desk.ami.channels import value_in
from desk.ami.message import Message
from desk.roster.rings import between_ms, result_of

EVENTS: Final = frozenset(
    ("DialBegin", "DialState", "DialEnd", "Hangup", "Hold", "Unhold", "AttendedTransfer")
)
CALL_VARIABLE: Final = "CC_CALL"
_SUFFIX: Final = re.compile(r"-[0-9a-f]{6,8}(?:;1)?$")
_CALL_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_NAMES: Final = 10_000
CONSULT: Final = "@cc-desk-consult-"
"""In the name of the channel that dials the one asked."""


@dataclass(slots=True, kw_only=True)
class Line:
    """One channel to an agent's phone."""

    agent: str
    unique_id: str
    channel: str
    caller_channel: str
    linked_id: str
    call_id: str
    began_ms: int
    """When we heard of its ringing, monotonic; for a screen that counts along."""

    rings_since: float | None = None
    """Asterisk's stamp of the phone's 180; None before, and for a ring whose start we missed."""

    dialled_at: float | None = None
    ringing: bool = False
    up: bool = False
    asked: bool = False
    """A colleague asks about a call; whose call it is does not change by that alone."""

    joined: bool = False
    """Asked, and put together with colleague and caller."""

    sent: bool = False
    """To be asked, but the colleague hung up while it rang: Asterisk gives it the caller."""

    rung_ms: int | None = None
    """Set once the dial is over."""

    dialled_ms: int = 0
    """How long the dial took; 0 where its beginning is not known."""

    dial_status: str = ""


class Sink(Protocol):
    """Who is told of the agents' lines."""

    def rings(self, line: Line) -> None:
        """The phone rings."""

    def answered(self, line: Line) -> None:
        """The agent picked up; `rung_ms` is known."""

    def unanswered(self, line: Line, result: str) -> None:
        """The phone rang, or should have, to no end."""

    def held(self, line: Line, on: bool) -> None:
        """The agent put the caller on hold, or took them back."""

    def handed_over(self, line: Line) -> None:
        """Who was only asked has the caller now, without the colleague."""

    def off(self, line: Line) -> None:
        """The agent's phone is off the call."""


def interface_of(channel: str) -> str:
    """`PJSIP/801-0000002a` -> `PJSIP/801`; `Local/801@cc-nailed-00000003;1` -> the part to `-`."""
    return _SUFFIX.sub("", channel)


def call_in(variables: Iterable[str]) -> str:
    """The call's id out of `CC_CALL=...`; empty if there is none, or none of ours."""
    found = (value_in((variable,), CALL_VARIABLE) for variable in variables)
    return next((text for text in found if _CALL_ID.fullmatch(text)), "")


class Lines:
    """The agents' lines, by the channels' unique ids."""

    def __init__(
        self,
        agents: Mapping[str, str],
        sink: Sink,
        clock: Clock,
        *,
        nailed_up: Mapping[str, str] | None = None,
    ) -> None:
        """`agents` gives an agent's number by how the channels' names begin (`PJSIP/801`).

        `nailed_up` the same of phones on a line that stands: they hold on that, not on the call's.
        """
        self._agents, self._sink, self._clock = agents, sink, clock
        self._nailed_up = nailed_up or {}
        self._lines: dict[str, Line] = {}
        self._named: OrderedDict[str, str] = OrderedDict()

    def of(self, agent: str) -> list[Line]:
        """The agent's lines, oldest first."""
        return [line for line in self._lines.values() if line.agent == agent]

    def ringing(self, agent: str) -> Line | None:
        """The line that rings at the agent's phone."""
        return next((line for line in self.of(agent) if line.ringing), None)

    def talking(self, agent: str) -> Line | None:
        """The line that the agent is on."""
        return next((line for line in self.of(agent) if line.up), None)

    def name(self, channel: str, call_id: str) -> Line | None:
        """A channel's call as its own process tells it; gives the line that had none, or was only
        asked, until now."""
        self._named[channel] = call_id
        while len(self._named) > _MOST_NAMES:
            self._named.popitem(last=False)
        for line in self._lines.values():
            if line.channel == channel:
                news = line.asked or not line.call_id
                line.asked = False
                line.call_id = line.call_id or call_id
                return line if news else None
        return None

    def agent_of(self, event: Message) -> str | None:
        """Whose line an event of `EVENTS` is about; None for nobody's of ours."""
        if event.event.startswith("Dial"):
            caller = event.get("Channel")
            return self._agents.get(interface_of(event.get("DestChannel"))) if caller else None
        line = self._line_of(event)
        return None if line is None else line.agent

    def take(self, event: Message) -> None:
        """One of `EVENTS` that is about an agent's line."""
        if event.event.startswith("Dial"):
            self._dial(event)
        elif (line := self._line_of(event)) is not None:
            if event.event == "Hangup":
                self._over(line, event.number("Cause"))
            elif event.event == "AttendedTransfer":
                self._transferred(line, event)
            elif line.up:
                self._sink.held(line, event.event == "Hold")

    def _line_of(self, event: Message) -> Line | None:
        name = "Uniqueid" if event.event != "AttendedTransfer" else "OrigTransfererUniqueid"
        line = self._lines.get(event.get(name))
        if line is None and event.event in ("Hold", "Unhold"):
            agent = self._nailed_up.get(interface_of(event.get("Channel")))
            return None if agent is None else self.talking(agent)
        return line

    def adopt(self, line: Line) -> None:
        """A line that a look at the channels found, of whose beginning we did not hear."""
        line.asked = line.asked and line.channel not in self._named
        self._lines[line.unique_id] = line

    def drop(self, line: Line) -> None:
        """A line that is gone, of whose end we did not hear."""
        self._lines.pop(line.unique_id, None)
        self._named.pop(line.channel, None)

    def call_of(self, channel: str) -> str:
        """The call that a channel was named for; empty if it was not."""
        return self._named.get(channel, "")

    def _dial(self, event: Message) -> None:
        line = self._lines.get(event.get("DestUniqueid"))
        if event.event == "DialEnd":
            if line is not None and not line.dial_status:
                self._dial_over(line, event)
            return
        if line is None:
            line = self._begin(event)
        if event.event == "DialState" and event.get("DialStatus") == "RINGING":
            self._ring(line, event)

    def _transferred(self, line: Line, event: Message) -> None:
        """By the agent of `line`, who asked a colleague."""
        threeway = event.get("DestType") == "Threeway"
        if threeway and line.up:
            # Three who are put together are no hold any more, and no Unhold tells it.
            self._sink.held(line, False)
        for asked in self._asked_about(line):
            if threeway:
                asked.joined = True
            elif event.get("Result") == "Success":
                self._hand_over(asked)

    def _asked_about(self, line: Line) -> list[Line]:
        call_id = line.call_id
        return [one for one in self._lines.values() if one.asked and one.call_id == call_id != ""]

    def _hand_over(self, line: Line) -> None:
        line.asked = line.joined = False
        line.sent = not line.up
        if line.up:
            self._sink.handed_over(line)

    def _begin(self, event: Message) -> Line:
        channel = event.get("DestChannel")
        line = Line(
            agent=self._agents[interface_of(channel)],
            unique_id=event.get("DestUniqueid"),
            channel=channel,
            caller_channel=event.get("Channel"),
            linked_id=event.get("Linkedid"),
            call_id=call_in((*event.all("DestChanVariable"), *event.all("ChanVariable")))
            or self.call_of(channel),
            began_ms=self._clock.monotonic_ms(),
            dialled_at=event.at,
            asked=CONSULT in event.get("Channel"),
        )
        self._lines[line.unique_id] = line
        return line

    def _ring(self, line: Line, event: Message) -> None:
        if line.up or line.dial_status or line.rings_since is not None:
            return
        line.rings_since = event.at
        if not line.ringing:
            line.ringing, line.began_ms = True, self._clock.monotonic_ms()
            self._sink.rings(line)

    def _dial_over(self, line: Line, event: Message) -> None:
        line.rung_ms = between_ms(line.rings_since or line.dialled_at, event.at)
        line.dialled_ms = between_ms(line.dialled_at, event.at)
        line.dial_status = event.get("DialStatus")
        if line.dial_status == "ANSWER":
            line.ringing, line.up = False, True
            self._sink.answered(line)
            if line.sent:
                self._sink.handed_over(line)

    def _over(self, line: Line, cause: int) -> None:
        self.drop(line)
        if line.up:
            for asked in self._asked_about(line):
                if asked.joined:
                    self._hand_over(asked)
            self._sink.off(line)
            return
        rang = line.ringing
        if line.rung_ms is None:
            line.rung_ms = max(0, self._clock.monotonic_ms() - line.began_ms) if rang else 0
        line.ringing = False
        self._sink.unanswered(line, result_of(line.dial_status or "CANCEL", cause, rang=rang))
