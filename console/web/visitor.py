"""Who looks at a page, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

from calls.quality.states import Role
from ledger.quality.factors import WallRow
from ledger.quality.rows import AccountRow

LISTENERS = (Role.QA, Role.SUPERVISOR)
"""Roles that hear recordings and score."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The browser behind a request; `account` is None before signing in."""

    account: AccountRow | None
    token: str
    """Of the session, or before signing in the random value of a cookie; never shown."""

    csrf: str
    """What every form must send along; tells nothing of the token."""

    language: str
    theme: str
    """`light`, `dark`, or empty: as the machine is set."""

    address: str
    wall: WallRow | None = None
    """The wall that the browser hangs on, while nobody has signed in there."""

    lacks_second: bool = False
    """Whether a second factor must be set up before anything else."""

    halfway: str = ""
    """Ticket of who has given the password and not yet the code."""

    @property
    def name(self) -> str:
        """Name of the account, `wall:ID` on a wall, empty before signing in."""
        if self.wall is not None:
            return f"wall:{self.wall.id}"
        return self.account.name if self.account else ""

    @property
    def role(self) -> Role | None:
        """What the account may do."""
        return Role(self.account.role) if self.account else None

    def may(self, *roles: Role) -> bool:
        """Whether the account has one of these roles."""
        return self.role in roles

    def say(self, zh: str, en: str) -> str:
        """The text in the visitor's language."""
        return zh if self.language == "zh" else en


def visitor_of(request: Request) -> Visitor:
    """The visitor of a request, signed in or not."""
    visitor: Visitor = request.scope["visitor"]
    return visitor


def need(request: Request, *roles: Role) -> AccountRow:
    """The account behind a request when it has one of `roles` (none given: any role).

    Raises HTTPException 403, which is shown as a page.
    """
    visitor = visitor_of(request)
    if visitor.account is None or (roles and visitor.role not in roles):
        raise HTTPException(403)
    return visitor.account
