"""One call as its agent's panel knows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from calls.call import Call
from calls.events import CallEvent
from calls.floor.events import TalkOver
from calls.floor.view import CallerFile
from calls.values import Value
from desk.coaching.coach import Coach
from desk.control.live import LiveCall

FROM: Final = ("queued", "agent_answered")
"""Facts that tell where an offer comes from: a queue, or the colleague who had the call."""

_SENT: Final = ("blind", "phone_gone")


@dataclass(frozen=True, slots=True)
class SentOn:
    """How a caller left the agent who had them."""

    offset_ms: int
    """In the call."""

    cut_off: bool
    """The agent's phone was gone."""


def sent_on(past: Sequence[CallEvent]) -> SentOn | None:
    """By the call's facts so far; None for a caller whom nobody has sent on since."""
    for event in reversed(past):
        if event.kind in FROM:
            return None
        if event.kind == "agent_transfer" and event.data["how"] in _SENT:
            return SentOn(event.offset_ms, event.data["how"] == "phone_gone")
    return None


@dataclass(slots=True, kw_only=True)
class AgentCall:
    """Offered, at the agent's ear, or over and not yet wrapped up."""

    call: Call
    agent: str
    queue: str
    file: CallerFile
    waited_ms: int
    """The caller's wait in a queue when it began to ring here; 0 for a call that was sent."""

    sent_by: str = ""
    """The agent who had the call before and sent it; empty for a queue's."""

    coach: Coach | None = None
    at_ear: bool = False
    """The roster has seen the agent's phone on it."""

    over: bool = False
    left: bool = False
    """This process ends and the talk goes on."""

    values: Mapping[str, Value] = field(default_factory=dict)
    """What the flow left behind, once the talk is over."""

    talked_ms: int = 0
    broken_before: Sequence[str] = ()
    """House rules that were broken before this agent had the call."""

    @property
    def channel(self) -> str:
        """Asterisk's name of the agent's channel; empty before the agent has picked up."""
        return "" if self.coach is None else self.coach.talk.agent_channel

    @property
    def live(self) -> LiveCall | None:
        """For orders to Asterisk; None before the agent has picked up and after the talk."""
        if self.coach is None or self.over:
            return None
        talk = self.coach.talk
        return LiveCall(
            call_id=self.call.id,
            agent=self.agent,
            agent_channel=talk.agent_channel,
            caller_channel=talk.caller_channel,
        )

    @property
    def disposition(self) -> str:
        """What the agent's flow ended with; empty if it did not."""
        return "" if self.coach is None else self.coach.disposition

    def broken(self) -> tuple[str, ...]:
        """Ids of house rules broken since this agent has had the call."""
        found = () if self.coach is None else self.coach.broken()
        return tuple((Counter(one.id for one in found) - Counter(self.broken_before)).elements())

    def told_of(self, past: Sequence[CallEvent]) -> TalkOver:
        """The fact of the talk, once it is over; `past` are the call's facts so far."""
        since_ms = self.call.elapsed_ms() - self.talked_ms
        return TalkOver(
            call_id=self.call.id,
            talked_ms=self.talked_ms,
            promises=sum(one.kind == "promised" and one.offset_ms >= since_ms for one in past),
            broken=self.broken(),
        )
