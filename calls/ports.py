"""What the engine needs from outside, as protocols; the rooms above implement them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from calls.actions import Action, OfficeAction
from calls.call import Call
from calls.events import CallEvent
from calls.outcomes import Outcome
from calls.values import Value


class Channel(Protocol):
    """A way to carry out actions: AGI, the agent's desk, or a simulated caller.

    A channel records every fact of what it performs, as it happens, on `call`
    (`saying`, `said`, `listening`, `hearing`, `heard`, `key`, `queued`, ...); `callflow.conduct`
    records only steps and the end.
    """

    call: Call

    async def perform(self, action: Action) -> Outcome:
        """Carry out one action to its outcome. A line that goes down is `HungUp`, never raised."""

    async def hang_up(self) -> None:
        """End the line from our side; harmless when it is down already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A caller and an agent who have just been put through to each other."""

    call: Call
    agent: str
    """The agent's number: `801`."""

    caller_channel: str
    """Asterisk's name of the caller's channel, and of the agent's."""

    agent_channel: str
    queue: str
    flow: str
    """The flow that the agent performs; empty for none."""

    variables: Mapping[str, Value]
    """What the call knows already."""


class EarsAnswer(Protocol):
    """What the ears came to. Times are milliseconds since the session's first frame."""

    @property
    def kind(self) -> str:
        """`speech`, `silence`, `noise`, `faint`, `clear`, `key` or `hangup`."""

    @property
    def from_ms(self) -> int: ...

    @property
    def to_ms(self) -> int: ...

    @property
    def level_dbov(self) -> float | None: ...

    @property
    def reason(self) -> str: ...


class AgentDesk(Protocol):
    """The agents' desk, as the process that holds a call in a queue tells it what it learns."""

    def rings(self, call: Call, queue: str, agent: str, channel: str) -> None:
        """An agent's phone begins to ring for this call."""

    def talks(self, talk: Talk) -> None:
        """An agent picked up: the coached flow begins. Returns at once."""

    def found(self, call: Call, events: Sequence[CallEvent]) -> bool:
        """A talk that outlived the process that began it goes on, by the call's facts so far.

        False when nothing of it was kept: then it goes on without a coach.
        """

    def leave(self, call: Call) -> None:
        """This process ends, the talk or the waiting goes on: another process will find it."""

    def agent_of(self, call: Call) -> str:
        """Whom the caller talks with, or talked with last, also after a transfer that nobody else
        tells of; empty when no agent is known."""

    def over(self, call: Call) -> Mapping[str, Value]:
        """The talk, or the waiting, is over; gives what the coached flow leaves behind.

        With `disposition` when it came to an end. Harmless for a call the desk does not know.
        """


class Office(Protocol):
    """The house's back office: files, services, plug-ins, promises and tickets.

    One for all channels, so that IVR and agent leave the same facts; it records them on `call`.
    """

    async def perform(self, call: Call, action: OfficeAction) -> Outcome:
        """Do it to its outcome (`Got`, `Done` or `Failed`); promises and tickets are durable."""
