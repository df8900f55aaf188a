"""Signing in and out, language and theme, and whether the console is well."""

from __future__ import annotations

import math
import threading
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from calls.quality.states import Role
from console.accounts.service import (
    CodeNeededError,
    SignedIn,
    SignInRefusedError,
    TicketOverError,
)
from console.room import ConsoleRoom
from console.web import cookies
from console.web.forms import form_of, text_of
from console.web.rendering import page
from console.web.visitor import visitor_of

_AT_ONCE: Final = 2
"""Passwords checked side by side: argon2 takes tens of MiB and a core each."""

_MOST_PASSWORD: Final = 1024

_HOME: Final = {
    Role.AGENT: "/mine",
    Role.QA: "/calls",
    Role.SUPERVISOR: "/calls",
    Role.ADMIN: "/accounts",
}


def routes(room: ConsoleRoom) -> list[Route]:
    """Sign-in, sign-out, preferences, health."""
    door = _Door(room)
    return [
        Route("/", _home),
        Route("/login", door.form, methods=["GET"]),
        Route("/login", door.sign_in, methods=["POST"]),
        Route("/login/code", door.code_form, methods=["GET"]),
        Route("/login/code", door.give_code, methods=["POST"]),
        Route("/logout", door.sign_out, methods=["POST"]),
        Route("/preferences", door.prefer, methods=["POST"]),
        Route("/healthz", door.health),
    ]


def _home(request: Request) -> Response:
    role = visitor_of(request).role
    if visitor_of(request).wall is not None:
        return RedirectResponse("/wallboard", status_code=303)
    return RedirectResponse(_HOME[role] if role else "/login", status_code=303)


class _Door:
    def __init__(self, room: ConsoleRoom) -> None:
        self._room = room
        self._checking = threading.BoundedSemaphore(_AT_ONCE)

    def form(self, request: Request) -> Response:
        if visitor_of(request).account:
            return _home(request)
        return self._form(request, request.query_params.get("next", ""))

    def _form(self, request: Request, wanted: str, status: int = 200, wait_s: int = 0) -> Response:
        nobody = not self._room.book.accounts()
        answer = page(
            request, "login.html", wanted=_local(wanted), nobody=nobody, tried=status, wait_s=wait_s
        )
        answer.status_code = status
        if wait_s:
            answer.headers["Retry-After"] = str(wait_s)
        return answer

    def sign_in(self, request: Request) -> Response:
        form, visitor = form_of(request), visitor_of(request)
        name, wanted = text_of(request, "name", 100), str(form.get("next", ""))
        try:
            with self._checking:
                signed = self._room.accounts.sign_in(
                    name, str(form.get("password", ""))[:_MOST_PASSWORD], visitor.address
                )
        except SignInRefusedError as refused:
            wait_s = math.ceil(refused.wait.total_seconds())
            return self._form(request, wanted, 429 if wait_s else 401, wait_s)
        except CodeNeededError as needed:
            return self._halfway(needed.ticket, wanted)
        return self._in(request, signed, wanted)

    def _in(self, request: Request, signed: SignedIn, wanted: str) -> Response:
        visitor, secure = visitor_of(request), self._room.place.secure
        if visitor.account:
            self._room.accounts.sign_out(visitor.token, visitor.address)
        to = _local(wanted) or _HOME[signed.role]
        answer = RedirectResponse(to, status_code=303)
        cookies.put(answer, cookies.SESSION, signed.token, secure=secure)
        cookies.drop(answer, cookies.BEFORE, secure=secure)
        cookies.drop(answer, cookies.HALFWAY, secure=secure)
        return answer

    def _halfway(self, ticket: str, wanted: str) -> Response:
        to = f"/login/code?next={quote(_local(wanted))}"
        answer = RedirectResponse(to, status_code=303)
        cookies.put(answer, cookies.HALFWAY, ticket, secure=self._room.place.secure)
        return answer

    def code_form(self, request: Request) -> Response:
        if visitor_of(request).account:
            return _home(request)
        if not self._room.accounts.second.holder(visitor_of(request).halfway):
            return RedirectResponse("/login", status_code=303)
        return _code_form(request, request.query_params.get("next", ""))

    def give_code(self, request: Request) -> Response:
        visitor, wanted = visitor_of(request), str(form_of(request).get("next", ""))
        try:
            signed = self._room.accounts.sign_in_with_code(
                visitor.halfway, text_of(request, "code", 60), visitor.address
            )
        except TicketOverError:
            return RedirectResponse("/login", status_code=303)
        except SignInRefusedError as refused:
            wait_s = math.ceil(refused.wait.total_seconds())
            return _code_form(request, wanted, 429 if wait_s else 401, wait_s)
        return self._in(request, signed, wanted)

    def sign_out(self, request: Request) -> Response:
        visitor = visitor_of(request)
        self._room.accounts.sign_out(visitor.token, visitor.address)
        answer = RedirectResponse("/login", status_code=303)
        cookies.drop(answer, cookies.SESSION, secure=self._room.place.secure)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    def prefer(self, request: Request) -> Response:
        answer = RedirectResponse(_local(text_of(request, "next")) or "/", status_code=303)
        for name, values in ((cookies.LANGUAGE, ("zh", "en")), (cookies.THEME, ("light", "dark"))):
            value = text_of(request, name)
            if value in values:
                cookies.put(answer, name, value, secure=self._room.place.secure, keep=True)
        return answer

    def health(self, request: Request) -> Response:
        self._room.book.cursor()
        return JSONResponse({"ok": True})


def _code_form(request: Request, wanted: str, status: int = 200, wait_s: int = 0) -> Response:
    answer = page(request, "login_code.html", wanted=_local(wanted), tried=status, wait_s=wait_s)
    answer.status_code = status
    if wait_s:
        answer.headers["Retry-After"] = str(wait_s)
    return answer


def _local(wanted: str) -> str:
    """A path of ours to go to, or empty: never another site, whatever the link said."""
    split = urlsplit(wanted)
    fits = wanted.startswith("/") and not wanted.startswith(("//", "/\\", "/login"))
    clean = wanted.isprintable() and "\\" not in wanted
    return wanted if fits and clean and not split.scheme and not split.netloc else ""
