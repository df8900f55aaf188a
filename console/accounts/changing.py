"""Changing what an account may do, while others may do so as well."""

from __future__ import annotations

from collections.abc import Mapping

from calls.errors import AccountError, ConflictError
from calls.quality.events import AccountChanged
from calls.quality.states import Role
from ledger.quality.book import NoAdminError, QualityBook, refuse_without_admin
from ledger.quality.rows import AccountRow, Entry

_TRIES = 5
_FIELDS = ("role", "agent", "display_name", "enabled")


def change_account(
    book: QualityBook, name: str, given: Mapping[str, object], *, actor: str
) -> AccountRow:
    """Write the change; fields of `AccountChanged` that are not given stay as they are.

    What somebody else changes meanwhile stays too. Raises AccountError; nobody can take away the
    last admin.
    """
    for _ in range(_TRIES):
        seq = max((event.seq for event in book.events(f"account/{name}")), default=0)
        now = known_account(book, name)
        wanted = {field: getattr(now, field) for field in _FIELDS} | dict(given)
        changed = AccountChanged(**wanted | {"role": str(wanted["role"])})
        check_agent(Role(changed.role), changed.agent)
        try:
            _write(book, now, changed, actor, seq)
        except ConflictError:
            continue
        return known_account(book, name)
    raise AccountError(f"{name}: others change it at the same time; try again")


def known_account(book: QualityBook, name: str) -> AccountRow:
    """The account of this name. Raises AccountError when there is none."""
    found = book.account(name)
    if found is None:
        raise AccountError(f"there is no account {name!r}; `thirdring user list` shows them")
    return found


def _write(
    book: QualityBook, now: AccountRow, changed: AccountChanged, actor: str, after: int
) -> None:
    was, stays = (one.enabled and one.role == Role.ADMIN for one in (now, changed))
    entry = Entry(f"account/{now.name}", changed, actor, after)
    try:
        # Counted in the same transaction: two admins cannot take each other away.
        book.append_all([entry], beside=refuse_without_admin if was and not stays else None)
    except NoAdminError:
        raise AccountError(
            f"{now.name} is the only admin; make another one first with `thirdring user add"
            " NAME --role admin`"
        ) from None


def check_agent(role: Role, agent: str) -> None:
    """AccountError when an account of this role cannot have this agent's number."""
    if role is Role.AGENT and not agent:
        raise AccountError("an agent's account needs the agent's number: --agent 1001")
    if agent and not agent.isalnum():
        raise AccountError(f"{agent!r} is no agent's number")
