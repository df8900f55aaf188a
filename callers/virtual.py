"""A call in virtual time: a persona performs a flow's actions to the millisecond, without waiting.

The facts recorded are those of a real channel, so a test or a report cannot tell the two apart.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from callers.acting import Acting
from callers.persona import Persona
from callers.queue_plan import QueuePlan
from callers.virtual_channel import VirtualChannel
from callers.voicebank import VoiceBank
from callflow.conduct import conduct
from callflow.engine import Ended, FlowRun
from calls.actions import Line
from calls.call import Call
from calls.clock import ManualClock
from calls.events import CallEvent, Offered

_CHARACTERS_A_SECOND: Final = {"zh-Hans": 4.5, "zh-Hant": 4.5, "en": 15.0}
_PADS_MS: Final = 100


@dataclass(slots=True)
class EventList:
    """An event sink that keeps the events in a list."""

    events: list[CallEvent] = field(default_factory=list)

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        """A list is as durable as it gets."""


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """A call that was simulated: its facts in order and how it ended."""

    events: tuple[CallEvent, ...]
    ended: Ended

    def of(self, kind: str) -> list[CallEvent]:
        """The events of one kind."""
        return [event for event in self.events if event.kind == kind]

    @property
    def said(self) -> list[str]:
        """Names of the lines said, in order, cut ones too."""
        return [event.data["line"] for event in self.of("said")]

    @property
    def heard(self) -> list[str]:
        """What the listening windows ended with, in order; `key` for digits."""
        return [
            event.data["what"] if event.kind == "heard" else "key"
            for event in self.events
            if event.kind in ("heard", "key")
        ]


def spoken_ms(line: Line) -> int:
    """How long a line takes at an unhurried pace, pads included; a guess from its letters."""
    return _PADS_MS + round(len(line.text) * 1000 / _CHARACTERS_A_SECOND.get(line.language, 15.0))


def simulate(
    run: FlowRun,
    persona: Persona,
    *,
    utterance_ms: Callable[[str], int] | None = None,
    line_ms: Callable[[Line], int] = spoken_ms,
    queue: QueuePlan | None = None,
    call_id: str = "",
) -> SimulatedCall:
    """Run a whole call of `persona` through `run` at once; no event loop is needed.

    `utterance_ms` gives lengths of the persona's utterances; by default
    those of the shipped voices.
    """
    clock = ManualClock()
    sink = EventList()
    call = Call(clock=clock, sink=sink, id=call_id)
    call.record(
        Offered(
            uniqueid=f"virtual-{call.id}",
            ani="",
            dnis="",
            caller_name=persona.name,
            direction="inbound",
            flow=run.position.flow,
            channel=f"Virtual/{persona.name}",
        )
    )
    acting = Acting(persona, utterance_ms or shipped_lengths(persona.voice))
    channel = VirtualChannel(call, clock, acting, line_ms, queue or QueuePlan())
    ended = _finish(conduct(call, run, channel))
    return SimulatedCall(tuple(sink.events), ended)


def shipped_lengths(voice: str) -> Callable[[str], int]:
    """Lengths in ms of the shipped utterances of `voice`."""
    bank = _shipped()
    return lru_cache(maxsize=None)(lambda utterance: bank.length_ms(voice, utterance))


@lru_cache(maxsize=1)
def _shipped() -> VoiceBank:
    return VoiceBank.load()


def _finish(work: Coroutine[Any, Any, Ended]) -> Ended:
    """Run a coroutine that never waits to its end."""
    try:
        work.send(None)
    except StopIteration as end:
        ended: Ended = end.value
        return ended
    work.close()
    raise RuntimeError("a virtual call waited for something real")
