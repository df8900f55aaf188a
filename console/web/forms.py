"""The form of a POST, as the guard parsed it."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request


def form_of(request: Request) -> FormData:
    """The form of a POST, as the guard parsed it."""
    form: FormData = request.scope["form"]
    return form


def text_of(request: Request, name: str, most: int = 4000) -> str:
    """A field of the form without spaces around it, cut at `most` characters; absent is empty."""
    return str(form_of(request).get(name, ""))[:most].strip()


def offset_of(request: Request, name: str) -> int | None:
    """A field with an offset in ms; None when it is empty or no number."""
    text = text_of(request, name, 12)
    return int(text) if text.isascii() and text.isdigit() else None
