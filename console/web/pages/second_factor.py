"""One's own second factor: set it up with an app, see the recovery codes once, put it off."""

from __future__ import annotations

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from calls.errors import AccountError
from console.accounts import qr, totp
from console.room import ConsoleRoom
from console.web import cookies
from console.web.forms import form_of, text_of
from console.web.rendering import page
from console.web.seeing import room_of
from console.web.visitor import need, visitor_of
from ledger.quality.rows import AccountRow


def routes(room: ConsoleRoom) -> list[Route]:
    """The page, switching on, switching off."""
    return [
        Route("/second-factor", _page, methods=["GET"]),
        Route("/second-factor", _set_up, methods=["POST"]),
        Route("/second-factor/off", _put_off, methods=["POST"]),
    ]


def _page(request: Request) -> Response:
    account, room = need(request), room_of(request)
    second = room.accounts.second
    if second.is_on(account.name):
        left = second.recovery_left(account.name)
        demanded = account.role in second.demanded
        return page(request, "second_factor_on.html", left=left, demanded=demanded)
    secret = second.offer(account.name)
    issuer = room.place.company.get("en") or "Thirdring"
    address = totp.address(secret, account.name, issuer)
    return page(
        request,
        "second_factor.html",
        secret=totp.shown(secret),
        address=address,
        code=Markup(qr.svg(address)),  # noqa: S704  modules alone, nothing that was typed
        must=visitor_of(request).lacks_second,
    )


def _set_up(request: Request) -> Response:
    account, room = need(request), room_of(request)
    if room.accounts.second.is_on(account.name):
        raise AccountError("there is a second factor already; remove it first")
    _prove(request, account)
    code = text_of(request, "code", 20)
    codes = room.accounts.second.confirm(account.name, code, actor=account.name)
    signed = room.accounts.begin(account, visitor_of(request).address)
    answer = page(request, "recovery_codes.html", codes=codes)
    cookies.put(answer, cookies.SESSION, signed.token, secure=room.place.secure)
    return answer


def _put_off(request: Request) -> Response:
    account, room = need(request), room_of(request)
    second = room.accounts.second
    if account.role in second.demanded:
        raise AccountError("your role needs a second factor; an admin can reset a lost one")
    _prove(request, account)
    second.remove(account.name, "by themselves", actor=account.name)
    signed = room.accounts.begin(account, visitor_of(request).address)
    answer = RedirectResponse("/password", status_code=303)
    cookies.put(answer, cookies.SESSION, signed.token, secure=room.place.secure)
    return answer


def _prove(request: Request, account: AccountRow) -> None:
    """Who walks up to an open browser has no password."""
    password = str(form_of(request).get("password", ""))[:1024]
    room_of(request).accounts.prove(account.name, password, visitor_of(request).address)
