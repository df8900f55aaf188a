"""Who may see an evaluation. A refusal must not tell whether it exists."""

from __future__ import annotations

from typing import Protocol

from calls.quality.states import EvaluationKind, EvaluationState, Role
from qa.work.terms import SCORERS, Actor

_FOR_THE_AGENT = frozenset(
    {
        EvaluationState.SUBMITTED,
        EvaluationState.ACKNOWLEDGED,
        EvaluationState.DISPUTED,
        EvaluationState.RESOLVED,
    }
)


class Seen(Protocol):
    """What decides it: a row or an evaluation."""

    @property
    def agent(self) -> str:
        """Number of the agent it is about."""

    @property
    def evaluator(self) -> str:
        """Who has it or scored it."""

    @property
    def purpose(self) -> str:
        """A word of `EvaluationKind`."""

    @property
    def state(self) -> str:
        """A word of `EvaluationState`."""


def may_see(found: Seen, actor: Actor, *, blind: bool = False) -> bool:
    """Whether `actor` may see it. `blind`: it is part of a calibration that is not closed.

    An agent sees what was scored of the own calls, evaluators see all but each other's part of a
    calibration that goes on; other roles see none.
    """
    if actor.role is Role.AGENT:
        own = bool(actor.agent) and found.agent == actor.agent
        return own and found.purpose != EvaluationKind.CALIBRATION and found.state in _FOR_THE_AGENT
    if actor.role not in SCORERS:
        return False
    return not blind or found.evaluator == actor.name
