"""Which calls and evaluations a person may see: the object-level checks of every page."""

from __future__ import annotations

from typing import Final

from calls.quality.states import EvaluationKind, EvaluationState, Role
from console.room import ConsoleRoom
from ledger.quality.rows import AccountRow, EvaluationFilter, EvaluationRow
from ledger.rows import CallRow

SCORED: Final = (
    EvaluationState.SUBMITTED,
    EvaluationState.ACKNOWLEDGED,
    EvaluationState.DISPUTED,
    EvaluationState.RESOLVED,
)
"""States in which the agent it is about may read an evaluation."""


def may_hear(room: ConsoleRoom, account: AccountRow, call: CallRow) -> bool:
    """QA and supervisors hear every call, an agent the own ones that were scored, admins none."""
    if account.role in (Role.QA, Role.SUPERVISOR):
        return True
    return account.role == Role.AGENT and bool(own_scored(room, account, call.id))


def own_scored(room: ConsoleRoom, account: AccountRow, call_id: str) -> list[EvaluationRow]:
    """What was scored of an agent's own call."""
    if not account.agent:
        return []
    wanted = EvaluationFilter(
        states=tuple(SCORED),
        purposes=(EvaluationKind.REVIEW,),
        agent=account.agent,
        call_id=call_id,
    )
    return room.book.evaluations(wanted)


def may_read(account: AccountRow, evaluation: EvaluationRow) -> bool:
    """Whether an evaluation may be seen at all; who may change it is the work desk's to say."""
    if account.role in (Role.QA, Role.SUPERVISOR):
        return True
    return (
        account.role == Role.AGENT
        and bool(account.agent)
        and evaluation.agent == account.agent
        and evaluation.state in SCORED
        and evaluation.purpose == EvaluationKind.REVIEW
    )
