"""Errors as pages: what happened, and what to do."""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import urlsplit

import structlog
from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from calls.errors import (
    AccountError,
    CallCenterError,
    NotAllowedError,
    UnknownWorkError,
    WorkError,
)
from console.telling.refusals import in_words
from console.web.looks import looked
from console.web.rendering import page
from console.web.visitor import visitor_of
from ledger.opening import LedgerAwayError

_log = structlog.get_logger(__name__)

_WORDS: Final = {
    400: (
        "看不懂这个请求。请回到上一页重试。",
        "This request makes no sense. Go back and try again.",
    ),
    403: (
        "您的账号无权查看或操作此内容，或者页面已过期。请返回重新打开页面；若仍需要，请找管理员。",
        "Your account may not see or do this, or the page was too old. Open the page again; "
        "if you need it, ask an administrator.",
    ),
    404: ("没有这个页面或这条记录。", "There is no such page or record."),
    405: ("这个地址不能这样使用。", "This address is not used that way."),
    409: ("现在不能这样做。", "That cannot be done now."),
    413: ("内容太长。", "That is too long."),
    415: ("只接受本站页面的表单。", "Only forms of these pages are taken."),
    416: ("录音没有这一段。", "The recording has no such part."),
    421: (
        "不能用这个主机名访问控制台。请使用启动时显示的地址，或在 console.names 中加入它。",
        "The console is not reached by this host name. Use the address it told at its start, or "
        "add the name to console.names.",
    ),
    429: ("失败次数太多，请稍后再试。", "Too many failures; try again later."),
    500: ("本站出错，已记入日志。", "Something of ours failed; the log says what."),
    503: (
        "资料现在读不出或存不下，已记入日志。",
        "Data cannot be read or kept now; the log says why.",
    ),
}


_HEADS: Final = {
    400: ("看不懂的请求", "Not understood"),
    403: ("无权查看", "Not for this account"),
    404: ("没有找到", "Not found"),
    409: ("现在不行", "Not now"),
    413: ("太长", "Too long"),
    421: ("主机名不对", "Another host name"),
    429: ("请稍候", "Too many tries"),
    500: ("本站出错", "Something failed"),
    503: ("资料现在用不了", "Not usable now"),
}
_AGAIN_S: Final = 10
_REFUSED: Final = {
    400: ("没有采用", "Not taken"),
    403: ("这一步不归您", "Not yours to do"),
    404: _HEADS[404],
    409: _HEADS[409],
}
"""Heads of what a service refused: its own text says why, and what can be done."""


def error_page(
    request: Request, status: int, detail: str = "", headers: dict[str, str] | None = None
) -> Response:
    """The page for a status; `detail` is what an error of ours says, and is fit for a user."""
    words = _WORDS.get(status, _WORDS[500 if status >= 500 else 400])
    head = _HEADS.get(status, _HEADS[500 if status >= 500 else 400])
    return _drawn(request, status, head, words, _in_words(request, detail), headers)


def _drawn(
    request: Request,
    status: int,
    head: tuple[str, str],
    words: tuple[str, str],
    detail: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    answer = page(
        request,
        "error.html",
        status=status,
        head=head,
        words=words,
        detail=detail,
        back=_page_before(request),
    )
    answer.status_code = status
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def _in_words(request: Request, text: str) -> str:
    """What an error of ours says, as this page says it."""
    zone = request.app.state.room.place.zone
    return in_words(text, visitor_of(request).language, zone) if text else ""


def _page_before(request: Request) -> str:
    """The page of ours that this one was asked for from; empty when it was no other."""
    before = urlsplit(request.headers.get("referer", ""))
    ours = before.netloc == request.headers.get("host", "") and before.path.startswith("/")
    # A form's page and what it is sent to may have one address.
    itself = request.url.path if request.method == "GET" else ""
    other = before.path not in (itself, "/", "/login")
    return before.path if ours and other and not before.path.startswith("//") else ""


async def refused(request: Request, error: Exception) -> Response:
    """For `HTTPException`."""
    if not isinstance(error, HTTPException):
        raise error
    detail = error.detail if error.detail != _phrase(error.status_code) else ""
    if error.status_code == 403:
        await _note_refusal(request)
    return error_page(request, error.status_code, detail, dict(error.headers or {}))


async def unreadable(request: Request, error: Exception) -> Response:
    """For errors of ours that are made to be shown."""
    if not isinstance(error, CallCenterError):
        raise error
    _log.warning("a page could not be made", page=request.url.path, problem=str(error))
    away = isinstance(error, LedgerAwayError)
    return error_page(request, 503, str(error), _again(request) if away else None)


def _again(request: Request) -> dict[str, str]:
    """Headers with which a page comes back by itself when what it needs does."""
    again = {"Retry-After": str(_AGAIN_S)}
    if request.method == "GET" and not request.headers.get("hx-request"):
        again["Refresh"] = str(_AGAIN_S)
    return again


async def unfit(request: Request, error: Exception) -> Response:
    """For a step of quality work, or a change of an account, that cannot be taken now."""
    if not isinstance(error, WorkError | AccountError):
        raise error
    status = 400 if isinstance(error, AccountError) else 409
    if isinstance(error, NotAllowedError):
        status = 403
    elif isinstance(error, UnknownWorkError):
        status = 404
    if status == 403:
        await _note_refusal(request)
    told = _in_words(request, str(error))
    return _drawn(request, status, _REFUSED[status], (told, told))


async def failed(request: Request, error: Exception) -> Response:
    """For anything else: the log has the trace, the page has none."""
    _log.error("a page failed", page=request.url.path, exc_info=error)
    return error_page(request, 500)


async def _note_refusal(request: Request) -> None:
    """Whoever tried what is not theirs stands in the log of looks, with what it was about."""
    if visitor_of(request).account is None:
        return
    subject = request.scope.get("subject") or f"page{request.url.path}"
    await to_thread.run_sync(
        partial(looked, request, "denied", subject, detail=f"{request.method} {request.url.path}")
    )


def _phrase(status: int) -> str:
    return HTTPException(status).detail
