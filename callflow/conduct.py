"""Drives one run on one channel to its end and records the steps and the end."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Protocol

from callflow.frames import Ended, Noted
from callflow.steps import Position
from calls.actions import Action
from calls.call import Call, EndReason
from calls.events import EndedFact, Fault
from calls.outcomes import Outcome
from calls.ports import Channel

_FAILED: Final = EndReason.FAILED  # a member's own name is looked up in Python, again and again
_COMPLETED: Final = EndReason.COMPLETED


@lru_cache(maxsize=1024)
def _ended(reason: EndReason, disposition: str) -> EndedFact:
    """The same fact call after call."""
    return EndedFact(end_reason=reason.value, disposition=disposition)


class Run(Protocol):
    """A way through a flow: a `FlowRun`, or a `TableRun` that goes as one would."""

    @property
    def position(self) -> Position:
        """The step being performed."""

    def go_on(self, outcome: Outcome | None) -> tuple[Action | Ended, tuple[Noted, ...]]:
        """What to do after `outcome` of the last action, None before the first; beside it, in
        order, the steps entered on the way and the verdicts asked for.
        """


async def conduct(call: Call, run: Run, channel: Channel) -> Ended:
    """Perform `run` on `channel` until it ended; the channel records what it performs.

    On FAILED the line is left up: the channel's owner hands the caller to the fallback.
    """
    at, entered = run.go_on(None)
    _note(call, entered)
    while not isinstance(at, Ended):
        at, entered = run.go_on(await channel.perform(at))
        _note(call, entered)
    if at.reason is not _FAILED:
        await channel.hang_up()
    return over(call, at)


def _note(call: Call, entered: tuple[Noted, ...]) -> None:
    for fact in entered:
        call.record(fact)


def over(call: Call, at: Ended) -> Ended:
    """Record the end of a run."""
    if at.reason is _FAILED:
        _note_failure(call, at)
    elif at.reason is _COMPLETED and call.hung_up_by == "agent":
        at = Ended(EndReason.AGENT_HUNG_UP, at.disposition, at.problem)
    call.record(_ended(at.reason, at.disposition))
    return at


def _note_failure(call: Call, ended: Ended) -> None:
    if ended.problem:
        call.record(Fault(where="flow", problem=ended.problem))
    call.recording_over(ended.reason.value)
