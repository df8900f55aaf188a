"""Drives one run on one channel to its end and records the steps and the end."""

from __future__ import annotations

from typing import Protocol

from callflow.frames import Ended, Noted
from callflow.steps import Position
from calls.actions import Action
from calls.call import Call, EndReason
from calls.events import EndedFact, Fault
from calls.outcomes import Outcome
from calls.ports import Channel
from calls.values import maker

_ended = maker(EndedFact)


class Run(Protocol):
    """A way through a flow: a `FlowRun`, or a `TableRun` that goes as one would."""

    @property
    def position(self) -> Position:
        """The step being performed."""

    def begin(self) -> Action | Ended:
        """The first action."""

    def resume(self, outcome: Outcome) -> Action | Ended:
        """What to do after `outcome` of the last action."""

    def take_entered(self) -> tuple[Noted, ...]:
        """Steps entered and verdicts asked for since last asked, in order."""


async def conduct(call: Call, run: Run, channel: Channel) -> Ended:
    """Perform `run` on `channel` until it ended; the channel records what it performs.

    On FAILED the line is left up: the channel's owner hands the caller to the fallback.
    """
    at = run.begin()
    _note_steps(call, run)
    while not isinstance(at, Ended):
        at = run.resume(await channel.perform(at))
        _note_steps(call, run)
    if at.reason is not EndReason.FAILED:
        await channel.hang_up()
    return over(call, at)


def _note_steps(call: Call, run: Run) -> None:
    for entered in run.take_entered():
        call.record(entered)


def over(call: Call, at: Ended) -> Ended:
    """Record the end of a run."""
    if at.reason is EndReason.FAILED:
        _note_failure(call, at)
    elif at.reason is EndReason.COMPLETED and call.hung_up_by == "agent":
        at = Ended(EndReason.AGENT_HUNG_UP, at.disposition, at.problem)
    call.record(_ended(end_reason=at.reason.value, disposition=at.disposition))
    return at


def _note_failure(call: Call, ended: Ended) -> None:
    if ended.problem:
        call.record(Fault(where="flow", problem=ended.problem))
    call.recording_over(ended.reason.value)
