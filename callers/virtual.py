"""A call in virtual time: a persona performs a flow's actions to the millisecond, without waiting.

The facts recorded are those of a real channel, so a test or a report cannot tell the two apart.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import cached_property, lru_cache
from typing import Final

from callers.acting import Acting
from callers.agent_plan import AgentPlan
from callers.persona import Persona
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callers.virtual_agent import VirtualAgent
from callers.virtual_call import VirtualCall
from callers.virtual_channel import VirtualChannel
from callers.virtual_stretch import ALONE
from callers.voicebank import VoiceBank
from callflow.conduct import Run, over
from callflow.frames import Ended
from callflow.tables import TableRun
from calls.actions import Line
from calls.call import EndReason
from calls.events import CallEvent, Offered
from calls.values import maker

_offered = maker(Offered)

_CHARACTERS_A_SECOND: Final = {"zh-Hans": 4.5, "zh-Hant": 4.5, "en": 15.0}
_FAILED: Final = EndReason.FAILED
_PADS_MS: Final = 100
_NOBODY: Final = QueuePlan()
_NO_OFFICE: Final = PlannedOffice()


class SimulatedCall:
    """A call that was simulated: its facts in order and how it ended."""

    def __init__(self, call: VirtualCall, ended: Ended) -> None:
        self._call = call
        self.ended = ended

    @cached_property
    def events(self) -> tuple[CallEvent, ...]:
        """The facts in order, written out when first asked for."""
        return self._call.events()

    @property
    def length_ms(self) -> int:
        """From the offer to the end."""
        return self._call.time.now_ms

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
    run: Run,
    persona: Persona,
    *,
    utterance_ms: Callable[[str], int] | None = None,
    line_ms: Callable[[Line], int] = spoken_ms,
    queue: QueuePlan = _NOBODY,
    office: PlannedOffice = _NO_OFFICE,
    fails: Set[str] = frozenset(),
    numbers: tuple[str, str] = ("", ""),
    direction: str = "inbound",
    agent: AgentPlan | None = None,
    call_id: str = "",
) -> SimulatedCall:
    """Run a whole call of `persona` through `run` at once; no event loop is needed.

    `utterance_ms` gives lengths of the persona's utterances, by default those of the shipped
    voices; `fails` names lines that have no sound and acts that cannot be carried out; `numbers`
    are those of the caller and of the line called. With `agent` an agent performs the flow.
    """
    call = VirtualCall(call_id, "ivr" if agent is None else "agent")
    call.record(
        _offered(
            uniqueid=f"virtual-{call.id}",
            ani=numbers[0],
            dnis=numbers[1],
            caller_name=persona.name,
            direction=direction,
            flow=run.position.flow,
            channel=f"Virtual/{persona.name}",
        )
    )
    acting = Acting(persona, utterance_ms or shipped_lengths(persona.voice))
    line = (call, acting, line_ms, queue, office, fails)
    if agent is None:
        channel = VirtualChannel(*line)
    else:
        channel = VirtualAgent(agent, lambda: run.position, *line)
        channel.take()
    if agent is None and not fails and isinstance(run, TableRun):
        return SimulatedCall(call, _end(call, _by_stretches(call, run, channel), channel))
    return SimulatedCall(call, _end(call, _by_actions(call, run, channel), channel))


def _by_actions(call: VirtualCall, run: Run, channel: VirtualChannel) -> Ended:
    """As `callflow.conduct.conduct`, where nothing is ever waited for."""
    facts, time, go_on, perform = call.facts, call.time, run.go_on, channel.perform
    at, entered = go_on(None)
    while not isinstance(at, Ended):
        if entered:
            facts.append((time.now_ms, entered))
        at, entered = go_on(perform(at))
    if entered:
        facts.append((time.now_ms, entered))
    return at


def _by_stretches(call: VirtualCall, run: TableRun, channel: VirtualChannel) -> Ended:
    """The same, and what the house does alone passes at once when the caller lets it pass."""
    facts, time, go_on, perform = call.facts, call.time, run.go_on, channel.perform
    known, learn = channel.stretches.known, channel.stretches.learn
    at, entered = go_on(None)
    while not isinstance(at, Ended):
        if entered:
            facts.append((time.now_ms, entered))
        if at.__class__ in ALONE:
            stretch = known.get(id(run.row)) or learn(run, at)
            if stretch is not None and run.leaps(stretch.move) and channel.passes(stretch):
                at, entered = run.leap(stretch.move)
                continue
        at, entered = go_on(perform(at))
    if entered:
        facts.append((time.now_ms, entered))
    return at


def _end(call: VirtualCall, at: Ended, channel: VirtualChannel) -> Ended:
    if at.reason is not _FAILED:
        channel.hang_up()
    return over(call, at)


@lru_cache(maxsize=64)
def shipped_lengths(voice: str) -> Callable[[str], int]:
    """Lengths in ms of the shipped utterances of `voice`."""
    bank = _shipped()
    return lru_cache(maxsize=None)(lambda utterance: bank.length_ms(voice, utterance))


@lru_cache(maxsize=1)
def _shipped() -> VoiceBank:
    return VoiceBank.load()
