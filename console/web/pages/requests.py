"""Data requests: what is kept of one caller or one call, to be handed over, erased or held."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from calls.errors import LedgerError, WorkError
from calls.masking import mask
from calls.quality.states import Role
from console.private.ports import DataRequests, KeptCall
from console.room import ConsoleRoom
from console.telling.refusals import in_words
from console.web.forms import text_of
from console.web.looks import looked
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import room_of
from console.web.visitor import need, visitor_of

MENU = (Entry("/requests", "个人信息", "Data requests", (Role.ADMIN,)),)
_SHOWN: Final = 200
_LEAST_DIGITS: Final = 5
_CONFIRMED_BY: Final = 4
_CALL: Final = re.compile(r"\d{8}-|.*[a-z]")
"""A call's id begins with its day; no number is written so."""


def routes(room: ConsoleRoom) -> list[Route]:
    """Asking, finding, and what may be done with what was found."""
    return [
        Route("/requests", _ask, methods=["GET"]),
        Route("/requests", _find, methods=["POST"]),
        Route("/requests/person", _hand_over, methods=["POST"]),
        Route("/requests/vcon", _vcon, methods=["POST"]),
        Route("/requests/erase", _erase, methods=["POST"]),
    ]


def _ask(request: Request) -> Response:
    need(request, Role.ADMIN)
    return page(request, "requests.html", done=None)


def _find(request: Request) -> Response:
    """By POST: a number in an address would stand in every log on the way."""
    need(request, Role.ADMIN)
    reason = _reason(request)
    number, calls = _wanted(request)
    subject = f"person/{mask(number)}" if number else f"call/{calls[0].id}"
    looked(request, "searched", subject, detail=f"{len(calls)} calls", reason=reason)
    held = room_of(request).book.held_calls()
    return page(
        request,
        "request.html",
        number=number,
        calls=calls[::-1][:_SHOWN],
        how_many=len(calls),
        sounds=sum(len(one.recordings) for one in calls),
        held=held,
        reason=reason,
    )


def _hand_over(request: Request) -> Response:
    need(request, Role.ADMIN)
    reason = _reason(request)
    number, calls = _wanted(request)
    if not number or not calls:
        raise HTTPException(404)
    detail = f"{len(calls)} calls to the browser"
    looked(request, "exported", f"person/{mask(number)}", detail=detail, reason=reason)
    for call in calls:
        detail = "with all of the caller's data"
        looked(request, "exported", f"call/{call.id}", detail=detail, reason=reason)
    making = _service(request).person(number)
    return _Handed(making, f"person-{number.lstrip('+')[-4:]}.zip")


class _Handed(FileResponse):
    """A file that is gone once it was sent, or could not be."""

    def __init__(self, making: AbstractContextManager[Path], name: str) -> None:
        self._making = making
        super().__init__(making.__enter__(), filename=name, media_type="application/zip")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await to_thread.run_sync(self._making.__exit__, None, None, None)


def _vcon(request: Request) -> Response:
    need(request, Role.ADMIN)
    reason, masked = _reason(request), text_of(request, "unmasked", 5) != "yes"
    call = _call(request, text_of(request, "call", 100))
    detail = f"as vCon, {'masked' if masked else 'unmasked'}"
    looked(request, "exported", f"call/{call.id}", detail=detail, reason=reason)
    content = _service(request).vcon(call.id, masked=masked)
    named = {"Content-Disposition": f'attachment; filename="{call.id}.vcon"'}
    return Response(content, media_type="application/vcon+json", headers=named)


def _erase(request: Request) -> Response:
    admin, reason = need(request, Role.ADMIN), _reason(request)
    number, calls = _wanted(request)
    wanted = number or calls[0].id
    if text_of(request, "confirm", 20) != wanted[-_CONFIRMED_BY:]:
        raise WorkError(
            f"nothing was erased: to confirm, type the last {_CONFIRMED_BY} characters of the"
            " number or of the call's id"
        )
    if not any(call.recordings for call in calls):
        raise WorkError("there is nothing left to erase")
    for call in calls:
        for recording in call.recordings:
            looked(request, "erased", f"recording/{recording}", detail="ordered", reason=reason)
    done = _service(request).erase(calls, admin.name)
    language = visitor_of(request).language
    left = {name: in_words(why, language) for name, why in done.left.items()}
    return page(request, "requests.html", done=replace(done, left=left))


def _wanted(request: Request) -> tuple[str, Sequence[KeptCall]]:
    """The number that was asked for, empty for a call, and the calls. WorkError, HTTPException."""
    asked = text_of(request, "wanted", 100)
    digits = "".join(one for one in asked if one.isdigit())
    if _CALL.match(asked):
        return "", [_call(request, asked)]
    if len(digits) < _LEAST_DIGITS:
        raise WorkError("give the whole number, or the id of a call")
    number = f"+{digits}" if asked.startswith("+") else digits
    return number, _service(request).of_number(number)


def _call(request: Request, call_id: str) -> KeptCall:
    try:
        return _service(request).of_call(call_id)
    except LedgerError as error:
        raise HTTPException(404, str(error)) from None


def _reason(request: Request) -> str:
    reason = text_of(request, "reason", 300)
    if len(reason) < _CONFIRMED_BY:
        raise WorkError("say who asked for it, and on what ground; it is logged")
    return reason


def _service(request: Request) -> DataRequests:
    found: DataRequests | None = room_of(request).parts.get("requests")
    if found is None:
        raise HTTPException(503)
    return found
