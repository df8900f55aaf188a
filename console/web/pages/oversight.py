"""Who looked at what, and which calls are under a legal hold."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from calls.errors import LedgerError, WorkError
from calls.quality.events import LegalHoldLifted, LegalHoldSet
from calls.quality.states import Role
from console.room import ConsoleRoom
from console.telling.looked import ACTIONS, detail_in_words
from console.web.forms import text_of
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import room_of
from console.web.visitor import need, visitor_of
from ledger.quality.rows import LookFilter

MENU = (
    Entry("/looks", "查看日志", "Log of looks", (Role.ADMIN,)),
    Entry("/holds", "法律保全", "Legal holds", (Role.ADMIN,)),
)
_MOST: Final = 300


def routes(room: ConsoleRoom) -> list[Route]:
    """The log of looks, and holds."""
    return [
        Route("/looks", _looks, methods=["GET"]),
        Route("/holds", _holds, methods=["GET"]),
        Route("/holds", _hold, methods=["POST"]),
        Route("/holds/{call}/lift", _lift, methods=["POST"]),
    ]


def _looks(request: Request) -> Response:
    need(request, Role.ADMIN)
    given = {
        name: value
        for name in ("actor", "action", "subject")
        if (value := request.query_params.get(name, "")[:200].strip())
    }
    wanted = LookFilter(
        actor=given.get("actor"),
        action=given.get("action"),
        subject=given.get("subject"),
        limit=_MOST,
    )
    found = room_of(request).book.looks(wanted)
    language = visitor_of(request).language
    return page(
        request,
        "looks.html",
        found=found,
        given=given,
        actions=ACTIONS,
        most=_MOST,
        worded=lambda detail: detail_in_words(detail, language),
    )


def _holds(request: Request) -> Response:
    need(request, Role.ADMIN)
    return page(request, "holds.html", held=room_of(request).book.held_calls())


def _hold(request: Request) -> Response:
    admin, room = need(request, Role.ADMIN), room_of(request)
    call_id, reason = text_of(request, "call", 100), text_of(request, "reason", 500)
    if not reason:
        raise WorkError("say why the call is held")
    try:
        call = room.calls.call(call_id)
    except LedgerError as error:
        raise WorkError(str(error)) from None
    if call.id in room.book.held_calls():
        raise WorkError(f"call {call.id} is held already")
    room.book.append(f"call/{call.id}", LegalHoldSet(reason=reason), actor=admin.name)
    return RedirectResponse("/holds", status_code=303)


def _lift(request: Request) -> Response:
    admin, room = need(request, Role.ADMIN), room_of(request)
    call_id, reason = request.path_params["call"], text_of(request, "reason", 500)
    if call_id not in room.book.held_calls():
        raise WorkError(f"call {call_id} is not held")
    if not reason:
        raise WorkError("say why the hold is lifted")
    room.book.append(f"call/{call_id}", LegalHoldLifted(reason=reason), actor=admin.name)
    return RedirectResponse("/holds", status_code=303)
