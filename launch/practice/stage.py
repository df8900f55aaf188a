"""What a practice call is played on: the persona, the house, and who stands in for the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from callers.persona import Persona
from callers.practice_caller import CALLER
from callers.virtual_recorder import VirtualRecorder
from callflow.house import House
from calls.actions import Queue, RecordCommand, Transfer
from calls.call import Call
from calls.events import CallEvent, Offered
from calls.outcomes import Outcome, QueueLeft, TransferLeft
from calls.ports import Office
from desk.floor.house import FloorHouse

FLOW: Final = "agent_call"
AGENT: Final = "practice/agent"
QUEUE: Final = "practice"
"""The queue of an agent who has none."""

NUMBER: Final = "13800001234"
"""Of every simulated caller."""

BEFORE_RING_S: Final = 1.5
"""From ready to the first ring."""

WAIT_MS: Final = 3000
"""How long a colleague's phone rings who takes a practised transfer."""

NOT_NOW: Final = "not_now"
NOT_HERE: Final = "not_here"
"""Of what there is nobody for in practice: a supervisor, the next shift, a queue."""

TRANSFERRED: Final = "transferred"
"""The disposition that a call handed on has, unless its flow came to another."""


class Trace:
    """An event sink that is a list."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        """A list is never behind."""


class SoundlessRecorder:
    """A recorder of no sound: its facts only."""

    def __init__(self) -> None:
        self._recorder: VirtualRecorder | None = None

    async def record(self, call: Call, command: RecordCommand) -> Outcome:
        if self._recorder is None:
            self._recorder = VirtualRecorder(call)
        return self._recorder.perform(command)


class Colleague:
    """Takes whoever is handed on: what happens there is not practised."""

    async def transfer(self, call: Call, agent: str, action: Transfer) -> Outcome:
        await asyncio.sleep(WAIT_MS / 1000)
        return TransferLeft(name="answered", waited_ms=WAIT_MS, talked_ms=0)

    async def queue(self, call: Call, agent: str, action: Queue) -> Outcome:
        await asyncio.sleep(WAIT_MS / 1000)
        return QueueLeft(name="answered", waited_ms=WAIT_MS, talked_ms=0, agent="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a practice call is played on."""

    house: House
    floor: FloorHouse
    persona: Persona
    agent: str
    variables: Mapping[str, str]
    """The house's own: company, agent's number."""

    language: str = "zh-Hans"
    flow: str = FLOW
    office: Office | None = None

    @property
    def queue(self) -> str:
        """Where the caller seems to come from: the first queue of the agent's."""
        card = self.floor.agents.get(self.agent)
        return card.queues[0] if card is not None and card.queues else QUEUE

    def reachable(self) -> frozenset[str]:
        """Destinations by name and colleagues by number: where a call can be transferred to."""
        choices = (*self.floor.destinations, *self.floor.colleagues_of(self.agent))
        return frozenset(one.name for one in choices)


def offered(call_id: str, flow: str) -> Offered:
    """The call comes in; every caller in practice calls from the same number."""
    return Offered(
        uniqueid=f"practice-{call_id}",
        ani=NUMBER,
        dnis="practice",
        caller_name="",
        direction="inbound",
        flow=flow,
        channel=CALLER,
    )
