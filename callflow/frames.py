"""What a run remembers: the flows it is in, the branches it took, how it ended."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from callflow.forms import FormText
from callflow.lines import LineWording
from callflow.prepared import UNPREPARED, Prepared
from callflow.steps import Flow, Step
from callflow.targets import CallFlow, Target
from calls.actions import Do, Fetch, Lookup, Promise, Record, Ticket
from calls.call import EndReason
from calls.events import Stepped, Surveyed
from calls.outcomes import Done, Failed, Got, Heard, Spoken, TransferLeft
from calls.values import maker

Noted = Stepped | Surveyed
"""A fact that the run itself knows: a step entered, a question put or answered."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over: how the line ended and what the flow says the call was."""

    reason: EndReason
    disposition: str
    problem: str = ""
    """What broke, when the reason is FAILED."""


WITHOUT_CALLER: Final = (Ended, Record, Lookup, Fetch, Do, Promise, Ticket)
"""What a flow may still do when the caller is gone: nothing is spoken any more."""

LEAD_ON: Final = frozenset({Spoken, Heard, Got, Done, Failed, TransferLeft})
"""Outcomes that only lead on; the others change what the run knows of the call."""

END_BY: Final = {
    "agent": EndReason.AGENT_HUNG_UP,
    "network": EndReason.NETWORK,
    # Ours while the flow still runs: we were too slow, and the fallback took the caller.
    "us": EndReason.FAILED,
}


def failed(problem: str) -> Ended:
    """The end of a run that broke: the dialplan's fallback takes the caller."""
    return Ended(EndReason.FAILED, "fallback", problem)


class Taken(NamedTuple):
    """A branch that a run took."""

    flow: str
    step: str
    branch: str
    """The outcome's word; a menu's key; the text of a `choose` case, or `else`; `reprompt`; empty
    for a step that leaves the flow; `anytime` and a word. What a sub-flow written behind a word
    returned comes after it: `noise > clear`."""


class Script(Protocol):
    """The flows and lines a run reads."""

    @property
    def flows(self) -> Mapping[str, Flow]: ...

    @property
    def lines(self) -> Mapping[str, LineWording]: ...

    @property
    def forms(self) -> Mapping[str, FormText]: ...


@dataclass(slots=True)
class Frame:
    """One flow being performed; the last of the stack speaks."""

    flow: Flow
    at: int = 0
    repeated: int = 0
    attempt: int = 0
    to_say: tuple[str, ...] = ()
    prompt: str = ""
    routes: Mapping[str, Target] | None = None
    """What the sub-flow above returns, and where that leads here."""

    branch: str = ""
    """The branch taken last; told only when somebody asks."""

    prepared: Prepared = UNPREPARED
    """The step entered, worked out once for all calls."""

    @property
    def step(self) -> Step:
        return self.flow.steps[self.at]

    def offers(self) -> dict[str, Target]:
        """Branches to be had at any time; one that is being performed is not offered again."""
        return {
            name: target
            for name, target in self.flow.anytime.items()
            if not (isinstance(target, CallFlow) and target.routes is self.routes)
        }

    def key(self) -> Hashable:
        """Where this flow is; `routes` belong to the step they were written in."""
        return (
            self.flow.name,
            self.at,
            self.repeated,
            self.attempt,
            self.to_say,
            self.prompt,
            id(self.routes) if self.routes is not None else 0,
        )


frame_of = maker(Frame)
