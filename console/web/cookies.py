"""The console's cookies: the session, the value before there is one, language and theme."""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response

SESSION: Final = "session"
BEFORE: Final = "before"
"""Ties the sign-in form to the browser that asked for it; never becomes a session."""

WALL: Final = "wall"
"""Of a browser on a wall: the wallboard and nothing else."""

HALFWAY: Final = "halfway"
"""Ticket of who has given the password and not yet the code."""

LANGUAGE: Final = "language"
THEME: Final = "theme"
_ALL: Final = (SESSION, BEFORE, WALL, HALFWAY, LANGUAGE, THEME)
_A_YEAR_S: Final = 365 * 86_400


def full_name(name: str, *, secure: bool) -> str:
    """`__Host-` under TLS: bound to this host, never sent in clear (ASVS 3.3.1)."""
    return f"__Host-{name}" if secure else f"thirdring_{name}"


def read(headers: Headers, *, secure: bool) -> dict[str, str]:
    """Our cookies of a request by their short names; what cannot be read is not there."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", "")[:8192])
    except CookieError:
        return {}
    names = {full_name(name, secure=secure): name for name in _ALL}
    return {names[name]: morsel.value for name, morsel in jar.items() if name in names}


def put(response: Response, name: str, value: str, *, secure: bool, keep: bool = False) -> None:
    """Set a cookie no script can read; `keep`: for a year, else until the browser closes."""
    response.set_cookie(
        full_name(name, secure=secure),
        value,
        max_age=_A_YEAR_S if keep else None,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, name: str, *, secure: bool) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        full_name(name, secure=secure), path="/", secure=secure, httponly=True, samesite="lax"
    )


def random_value() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)
