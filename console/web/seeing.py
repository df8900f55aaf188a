"""Which calls a person may see: the object-level check of every page about a call."""

from __future__ import annotations

from starlette.requests import Request

from calls.quality.states import Role
from console.room import ConsoleRoom
from console.web.visitor import need
from ledger.quality.rows import AccountRow, EvaluationFilter, EvaluationRow
from ledger.rows import CallRow
from qa.work import Actor


def room_of(request: Request) -> ConsoleRoom:
    """What is behind the pages."""
    room: ConsoleRoom = request.app.state.room
    return room


def actor_of(request: Request, *roles: Role) -> Actor:
    """Whoever asks, as the work desk knows them. HTTPException 403 for another role."""
    return acting(need(request, *roles))


def acting(account: AccountRow) -> Actor:
    """An account as the work desk knows it."""
    return Actor(name=account.name, role=Role(account.role), agent=account.agent)


def may_hear(room: ConsoleRoom, account: AccountRow, call: CallRow) -> bool:
    """QA and supervisors hear every call, an agent the own ones that were scored, admins none."""
    if account.role in (Role.QA, Role.SUPERVISOR):
        return True
    return account.role == Role.AGENT and bool(evaluations_of(room, account, call.id))


def evaluations_of(room: ConsoleRoom, account: AccountRow, call_id: str) -> list[EvaluationRow]:
    """The evaluations of a call that this person may see."""
    found = room.desk.listed(acting(account), EvaluationFilter(call_id=call_id))
    return [one for one in found if one.state != "withdrawn"]
