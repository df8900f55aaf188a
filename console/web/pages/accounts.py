"""Accounts for the admin, and everybody's own password."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from calls.errors import AccountError
from calls.quality.states import Role
from console.room import ConsoleRoom
from console.web import cookies
from console.web.forms import form_of, text_of
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import room_of
from console.web.visitor import need, visitor_of

MENU = (Entry("/accounts", "账号", "Accounts", (Role.ADMIN,)),)


def routes(room: ConsoleRoom) -> list[Route]:
    """List, add, change; and one's own password."""
    return [
        Route("/accounts", _list, methods=["GET"]),
        Route("/accounts", _add, methods=["POST"]),
        Route("/accounts/{name}", _change, methods=["POST"]),
        Route("/accounts/{name}/password", _set_password, methods=["POST"]),
        Route("/accounts/{name}/second-factor/off", _remove_second, methods=["POST"]),
        Route("/password", _own, methods=["GET"]),
        Route("/password", _change_own, methods=["POST"]),
    ]


def _list(request: Request) -> Response:
    need(request, Role.ADMIN)
    room = room_of(request)
    return page(
        request,
        "accounts.html",
        accounts=room.book.accounts(),
        roles=Role,
        second=room.accounts.second.names(),
    )


def _add(request: Request) -> Response:
    admin = need(request, Role.ADMIN)
    room_of(request).accounts.add(
        text_of(request, "name", 40),
        _role(text_of(request, "role", 20)),
        _password(request, "password"),
        actor=admin.name,
        agent=text_of(request, "agent", 20),
        title=text_of(request, "title", 60),
    )
    return RedirectResponse("/accounts", status_code=303)


def _change(request: Request) -> Response:
    admin = need(request, Role.ADMIN)
    room_of(request).accounts.change(
        request.path_params["name"],
        actor=admin.name,
        role=_role(text_of(request, "role", 20)),
        agent=text_of(request, "agent", 20),
        title=text_of(request, "title", 60),
        enabled=text_of(request, "enabled", 5) == "yes",
    )
    return RedirectResponse("/accounts", status_code=303)


def _set_password(request: Request) -> Response:
    admin = need(request, Role.ADMIN)
    name, password = request.path_params["name"], _password(request, "password")
    room_of(request).accounts.set_password(name, password, actor=admin.name)
    return RedirectResponse("/accounts", status_code=303)


def _remove_second(request: Request) -> Response:
    admin, reason = need(request, Role.ADMIN), text_of(request, "reason", 300)
    if not reason:
        raise AccountError("say why the second factor is removed: a lost phone, who asked")
    name = request.path_params["name"]
    room_of(request).accounts.second.remove(name, reason, actor=admin.name)
    return RedirectResponse("/accounts", status_code=303)


def _own(request: Request) -> Response:
    account = need(request)
    on = room_of(request).accounts.second.is_on(account.name)
    changed = request.query_params.get("changed") == "yes"
    return page(request, "password.html", second=on, changed=changed)


def _change_own(request: Request) -> Response:
    account, room, visitor = need(request), room_of(request), visitor_of(request)
    new = _password(request, "new")
    room.accounts.prove(account.name, _password(request, "old"), visitor.address)
    room.accounts.set_password(account.name, new, actor=account.name)
    signed = room.accounts.begin(account, visitor.address)
    answer = RedirectResponse("/password?changed=yes", status_code=303)
    cookies.put(answer, cookies.SESSION, signed.token, secure=room.place.secure)
    return answer


def _password(request: Request, name: str) -> str:
    return str(form_of(request).get(name, ""))[:1024]


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise AccountError(f"{text!r} is no role; give one of {', '.join(Role)}") from None
