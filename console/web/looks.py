"""Every look at what is private leaves a fact (K04)."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from console.accounts.looking import look
from console.room import ConsoleRoom
from console.web.visitor import visitor_of

_MOST: Final = 500


def looked(
    request: Request,
    action: str,
    subject: str,
    *,
    detail: str = "",
    reason: str = "",
) -> None:
    """Keep that the visitor did `action` (a word of `Looked.action`) to `subject`.

    Blocks until it is on disk: whoever cannot be logged sees nothing. Pages whose endpoint is a
    plain function run in a thread and may call it directly.
    """
    room: ConsoleRoom = request.app.state.room
    visitor = visitor_of(request)
    look(
        room.book,
        actor=visitor.name,
        action=action,
        subject=subject[:_MOST],
        detail=detail[:_MOST],
        reason=reason[:_MOST],
        address=visitor.address,
    )
