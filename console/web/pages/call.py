"""One call: its sound as waves, its story, its verdicts, and remarks at places of it."""

from __future__ import annotations

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from calls.errors import CallCenterError, LedgerError
from calls.quality.states import Role
from console.room import ConsoleRoom
from console.telling.marks import held, marks, spans, verdicts
from console.telling.story import story
from console.web.forms import offset_of, text_of
from console.web.looks import looked
from console.web.pages.sound import playbacks_of
from console.web.rendering import page
from console.web.seeing import acting, evaluations_of, may_hear, room_of
from console.web.visitor import LISTENERS, need, visitor_of
from ledger.quality.rows import AccountRow
from ledger.rows import CallRow

UNMASKERS: Final = (Role.QA, Role.SUPERVISOR)


def routes(room: ConsoleRoom) -> list[Route]:
    """The call's page and the parts of it that are asked for one by one."""
    return [
        Route("/calls/{call}", _call, methods=["GET"]),
        Route("/calls/{call}/waves", _waves, methods=["GET"]),
        Route("/calls/{call}/proof", _proof, methods=["GET"]),
        Route("/calls/{call}/unmask", _unmask, methods=["POST"]),
        Route("/calls/{call}/comments", _comment, methods=["POST"]),
        Route("/calls/{call}/comments/{note}/withdraw", _withdraw, methods=["POST"]),
    ]


def seen_call(request: Request) -> tuple[ConsoleRoom, AccountRow, CallRow]:
    """The call of the address when the visitor may see it.

    Raises HTTPException: 404 when there is none, 403 when it is not theirs to see.
    """
    room = room_of(request)
    account = need(request, Role.AGENT, *LISTENERS)
    wanted = request.path_params["call"]
    try:
        call = room.calls.call(wanted)
    except LedgerError:
        raise HTTPException(404 if account.role != Role.AGENT else 403) from None
    if call.id != wanted:
        raise HTTPException(404)
    request.scope["subject"] = f"call/{call.id}"
    if not may_hear(room, account, call):
        raise HTTPException(403)
    return room, account, call


def _call(request: Request) -> Response:
    room, account, call = seen_call(request)
    looked(request, "opened", f"call/{call.id}")
    return page(request, "call.html", **call_context(request, room, account, call))


def call_context(
    request: Request, room: ConsoleRoom, account: AccountRow, call: CallRow
) -> dict[str, Any]:
    """What the player, the story and the verdicts of a call are drawn from."""
    visitor = visitor_of(request)
    events = room.calls.events(call.id)
    told = story(events)
    return {
        "call": call,
        "told": told,
        "verdicts": verdicts(events, room.rules(), visitor.language),
        "comments": room.desk.comments(call.id),
        "has_sound": room.sounds.has(call.id),
        "playback": playbacks_of(request).begin(call.id, account.name),
        "asides": _asides(request, room, account, call),
        "listener": visitor.may(*LISTENERS),
        "may_unmask": visitor.may(*UNMASKERS),
        "forms": _forms(room, visitor.language),
        "usual": room.desk.usual_forms[not call.agent],
        "evaluations": evaluations_of(room, account, call.id),
    }


def _asides(
    request: Request, room: ConsoleRoom, account: AccountRow, call: CallRow
) -> list[tuple[str, int, str]]:
    """A supervisor's own voice, for supervisors alone: id, offset, id of the playback."""
    if account.role != Role.SUPERVISOR:
        return []
    begin = playbacks_of(request).begin
    return [
        (name, from_ms, begin(call.id, account.name, name))
        for name, from_ms in room.sounds.asides(call.id)
    ]


def _forms(room: ConsoleRoom, language: str) -> list[tuple[str, str]]:
    shelf = room.desk.forms
    return [(name, shelf.current(name).title.get(language) or name) for name in shelf.names]


def _waves(request: Request) -> Response:
    room, _account, call = seen_call(request)
    visitor = visitor_of(request)
    events = room.calls.events(call.id)
    try:
        waves = room.sounds.waves(call.id)
    except CallCenterError:  # a lost key, a hurt file: the proof says so, the marks stand without
        waves = None
    comments = room.desk.comments(call.id)
    judged = verdicts(events, room.rules(), visitor.language)
    last_ms = max((event.offset_ms for event in events if event.kind in _LIVE), default=0)
    return JSONResponse(
        {
            "duration": waves.duration_ms if waves else max(last_ms, 1),
            "caller": list(waves.caller) if waves else [],
            "house": list(waves.house) if waves else [],
            "gaps": list(waves.gaps) if waves else [],
            "held": held(events),
            "marks": marks(story(events), judged, comments, visitor.say),
            "spans": spans(events, visitor.say),
        }
    )


_LIVE: Final = frozenset({"offered", "answered", "said", "heard", "hung_up", "ended"})


def _proof(request: Request) -> Response:
    room, _account, call = seen_call(request)
    try:
        problem = room.sounds.proven(call.id)
    except CallCenterError as error:
        problem = str(error)
    return page(request, "parts/proof.html", problem=problem)


def _unmask(request: Request) -> Response:
    _room, account, call = seen_call(request)
    reason = text_of(request, "reason", 300)
    if account.role not in UNMASKERS:
        raise HTTPException(403)
    if len(reason) < 4:
        return page(request, "parts/unmask.html", call=call, lacking=True, reason=reason)
    looked(request, "unmasked", f"call/{call.id}", reason=reason)
    return page(request, "parts/unmasked.html", call=call)


def _comment(request: Request) -> Response:
    room, account, call = seen_call(request)
    room.desk.comment(
        acting(account),
        call.id,
        text_of(request, "text"),
        from_ms=offset_of(request, "from_ms") or 0,
        to_ms=offset_of(request, "to_ms"),
        question=text_of(request, "question", 100),
    )
    return _comments(request, room, call)


def _withdraw(request: Request) -> Response:
    room, account, call = seen_call(request)
    room.desk.uncomment(acting(account), call.id, request.path_params["note"])
    return _comments(request, room, call)


def _comments(request: Request, room: ConsoleRoom, call: CallRow) -> Response:
    if not request.headers.get("hx-request"):
        return RedirectResponse(f"/calls/{call.id}", status_code=303)
    comments = room.desk.comments(call.id)
    listener = visitor_of(request).may(*LISTENERS)
    answer = page(request, "parts/comments.html", call=call, comments=comments, listener=listener)
    answer.headers["HX-Trigger"] = "marks-changed"
    return answer
