"""Stands before every page: host names, sessions, forged requests, headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from anyio import to_thread
from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.room import ConsoleRoom
from console.web import cookies
from console.web.failing import error_page
from console.web.languages import LANGUAGES, asked_for
from console.web.visitor import Visitor

MOST_BODY_BYTES: Final = 128 * 1024
_MOST_FIELDS: Final = 1000
_LEAST_TOKEN: Final = 32
_PUBLIC: Final = ("/login", "/login/code", "/healthz", "/preferences", "/static/")
_WALL: Final = ("/", "/wallboard", "/wallboard/now")
"""All that a browser on a wall is shown."""

_BY_ITSELF: Final = ("/wallboard/now",)
"""Asked for by a page, not by a person: keeps no session alive (ASVS 7.3.1)."""

_SETTING_UP: Final = ("/second-factor", "/logout")
"""All that is open to an account that must set up its second factor first."""

_FORM: Final = "application/x-www-form-urlencoded"


class Guard:
    """ASGI middleware; pages behind it find `visitor`, `form` and `nonce` in their scope."""

    def __init__(self, app: ASGIApp, room: ConsoleRoom) -> None:
        self._app = app
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        scope["nonce"] = secrets.token_urlsafe(16)
        visitor, new = await self._visitor(scope)
        scope["visitor"] = visitor
        answer = await self._refusal(scope, receive, visitor)
        await (answer or self._app)(scope, receive, self._with_headers(scope, send, new))

    async def _visitor(self, scope: Scope) -> tuple[Visitor, str]:
        """Who asks, and a new value for the cookie before signing in, or empty."""
        headers = Headers(scope=scope)
        found = cookies.read(headers, secure=self._room.place.secure)
        if found.get(cookies.LANGUAGE, "") not in LANGUAGES:
            # Nobody chose the language of a browser on a wall: it hangs there in the house's.
            wanted = "" if cookies.WALL in found else headers.get("accept-language", "")
            found[cookies.LANGUAGE] = asked_for(wanted)
        token = found.get(cookies.SESSION, "")
        if token:
            active = scope["path"] not in _BY_ITSELF
            look_up = partial(self._room.accounts.session, token, active=active)
            signed = await to_thread.run_sync(look_up)
            if signed:
                visitor = self._visit(scope, found, token, signed.csrf)
                return replace(
                    visitor, account=signed.account, lacks_second=signed.lacks_second
                ), ""
        new = ""
        token = found.get(cookies.BEFORE, "")
        if len(token) < _LEAST_TOKEN:
            token = new = cookies.random_value()
        csrf = hashlib.sha256(b"csrf:" + token.encode()).hexdigest()
        visitor = self._visit(scope, found, token, csrf)
        held = found.get(cookies.WALL, "")
        wall = await to_thread.run_sync(self._room.accounts.walls.seen, held) if held else None
        return replace(visitor, wall=wall, halfway=found.get(cookies.HALFWAY, "")), new

    def _visit(self, scope: Scope, found: Mapping[str, str], token: str, csrf: str) -> Visitor:
        language, theme = found.get(cookies.LANGUAGE, ""), found.get(cookies.THEME, "")
        return Visitor(
            account=None,
            token=token,
            csrf=csrf,
            language=language or self._room.place.language,
            theme=theme if theme in ("light", "dark") else "",
            address=str((scope.get("client") or ("",))[0]),
        )

    async def _refusal(self, scope: Scope, receive: Receive, visitor: Visitor) -> Response | None:
        request = Request(scope, receive)
        if request.headers.get("host", "").count("@") or not self._host_is_ours(request):
            return error_page(request, 421)
        if request.method == "POST":
            status = await self._unfit_post(request, visitor)
            if status:
                return error_page(request, status)
        return _elsewhere(request, visitor)

    def _host_is_ours(self, request: Request) -> bool:
        try:
            name = urlsplit(f"//{request.headers.get('host', '')}").hostname
        except ValueError:
            return False
        return (name or "") in self._room.place.names

    async def _unfit_post(self, request: Request, visitor: Visitor) -> int:
        """0, or the status of the refusal. The form is parsed once, here, and kept in the scope."""
        if not self._same_origin(request):
            return 403
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            return 415
        body = await _body(request)
        if body is None:
            return 413
        try:
            pairs = parse_qsl(
                body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
            )
        except ValueError:
            return 400
        form = FormData([(name, value) for name, value in pairs])
        given = request.headers.get("x-csrf") or str(form.get("csrf", ""))
        if not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
            return 403
        request.scope["form"] = form
        return 0

    def _same_origin(self, request: Request) -> bool:
        """Whether the form stands on a page of ours; a browser always tells one way or another."""
        origin = request.headers.get("origin")
        if origin is None:
            return request.headers.get("sec-fetch-site") == "same-origin"
        # In clear we may stand behind a TLS proxy: then the browser's scheme is not ours.
        schemes = ("https",) if self._room.place.secure else ("http", "https")
        host = request.headers.get("host", "").lower()
        return origin.lower() in [f"{scheme}://{host}" for scheme in schemes]

    def _with_headers(self, scope: Scope, send: Send, new: str) -> Send:
        secure, static = self._room.place.secure, scope["path"].startswith("/static/")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                _harden(headers, scope["nonce"], static=static, secure=secure)
                if new and (_is_public(scope["path"]) or scope["visitor"].wall) and not static:
                    _add_cookie(headers, new, secure=secure)
            await send(message)

        return sending


def _harden(headers: MutableHeaders, nonce: str, *, static: bool, secure: bool) -> None:
    headers["Content-Security-Policy"] = (
        "default-src 'self'; "
        # The wave's shadow tree brings one style element; it carries the nonce.
        f"style-src 'self' 'nonce-{nonce}'; script-src 'self'; img-src 'self' data:; "
        "media-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["Cache-Control"] = "max-age=3600" if static else "no-store"
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"


def _add_cookie(headers: MutableHeaders, value: str, *, secure: bool) -> None:
    carrier = Response()
    cookies.put(carrier, cookies.BEFORE, value, secure=secure)
    headers.append("set-cookie", carrier.headers["set-cookie"])


async def _body(request: Request) -> bytes | None:
    """The whole body; None when it is longer than any form of ours."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            return None
    return bytes(body)


def _is_public(path: str) -> bool:
    return any(path == one or (one[-1] == "/" and path.startswith(one)) for one in _PUBLIC)


def _elsewhere(request: Request, visitor: Visitor) -> Response | None:
    """Where the visitor must go before this page, or None."""
    path = request.url.path
    if _is_public(path) or (visitor.wall is not None and path in _WALL):
        return None
    if visitor.account is None:
        return _to_sign_in(request)
    if visitor.lacks_second and path not in _SETTING_UP:
        return RedirectResponse("/second-factor", status_code=303)
    return None


def _to_sign_in(request: Request) -> Response:
    """To the sign-in page, and from there back to the page that was asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    to = "/login" if wanted == "/" or request.method != "GET" else f"/login?next={quote(wanted)}"
    if request.headers.get("hx-request"):
        shown = urlsplit(request.headers.get("hx-current-url", "")).path
        back = f"/login?next={quote(shown)}" if shown else "/login"
        return Response(status_code=401, headers={"HX-Redirect": back})
    return RedirectResponse(to, status_code=303)
