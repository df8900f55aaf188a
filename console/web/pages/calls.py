"""The list of calls: filters that stand in the address, page after page, newest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calls.masking import mask
from console.room import ConsolePlace, ConsoleRoom
from console.telling.refusals import in_words
from console.web.looks import looked
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import room_of
from console.web.visitor import LISTENERS, need, visitor_of
from ledger.filters import BadSearchError, CallFilter, Cursor, NumberMatch, Page
from ledger.marks import TAIL

MENU = (Entry("/calls", "通话", "Calls", LISTENERS),)
_PAGE: Final = 50
_TEXTS: Final = ("queue", "agent", "disposition", "end_reason", "broken", "flow", "tag")
_SECONDS: Final = {"talk_over": "min_talk_over_ms", "dead_air": "min_dead_air_ms"}
_YES_NO: Final = ("recorded", "live")
_FIELDS: Final = ("since", "until", "q", *_TEXTS, *_SECONDS, "survey", *_YES_NO)
_NUMBER: Final = re.compile(r"\+?[0-9]{1,20}")
_LONG_NUMBER: Final = 7
"""So many digits and more are taken for the beginning of a number, fewer for its end."""


def routes(room: ConsoleRoom) -> list[Route]:
    """The list."""
    return [Route("/calls", _list, methods=["GET"])]


def _list(request: Request) -> Response:
    need(request, *LISTENERS)
    room = room_of(request)
    given = {
        name: value
        for name in _FIELDS
        if (value := request.query_params.get(name, "")[:100].strip())
    }
    before = request.query_params.get("before", "")
    problem, found = "", Page((), None)
    try:
        asked = _asked(given, room.place)
        found = room.calls.search(
            asked, before=Cursor.from_text(before) if before else None, limit=_PAGE
        )
    except (BadSearchError, ValueError) as error:
        problem = _told(request, error)
    if not before:
        _look(request, given)
    more = urlencode({**given, "before": found.next.text()}) if found.next else ""
    context = {
        "found": found.rows,
        "more": more,
        "given": given,
        "problem": problem,
        "rules": _rules(request, room),
        "filtered": bool(given),
    }
    if request.headers.get("hx-request") and not request.headers.get("hx-history-restore-request"):
        answer = page(
            request, "parts/rows_of_calls.html" if before else "parts/list.html", **context
        )
        if not before:
            answer.headers["HX-Push-Url"] = f"/calls?{urlencode(given)}" if given else "/calls"
        return answer
    return page(request, "calls.html", **context)


def _asked(given: Mapping[str, str], place: ConsolePlace) -> CallFilter:
    """ValueError for what cannot be read, naming it; BadSearchError for what cannot be found."""
    wanted: dict[str, Any] = {name: given[name] for name in _TEXTS if name in given}
    for name, field in _SECONDS.items():
        if name in given:
            wanted[field] = round(_number(name, given[name], float) * 1000)
    if "survey" in given:
        wanted["survey_at_most"] = int(_number("survey", given["survey"], int))
    for name in ("since", "until"):
        if name in given:
            wanted[name] = _moment(name, given[name], place)
    for name in _YES_NO:
        if given.get(name) in ("yes", "no"):
            wanted[name] = given[name] == "yes"
    return CallFilter(**wanted, **_searched(given.get("q", "")))


def _searched(q: str) -> dict[str, Any]:
    """A number, its beginning, its end (few digits), or the beginning of a call's id."""
    if not q:
        return {}
    if not _NUMBER.fullmatch(q):
        return {"id_prefix": q.lower()}
    if len(q) >= _LONG_NUMBER:
        return {"ani": q, "ani_match": NumberMatch.PREFIX}
    if len(q) < TAIL:
        raise ValueError("q")
    return {"ani": q, "ani_match": NumberMatch.SUFFIX}


def _number(name: str, text: str, read: Callable[[str], float]) -> float:
    try:
        found = read(text)
    except ValueError:
        raise ValueError(name) from None
    if not 0 <= found < 1e6:
        raise ValueError(name)
    return found


def _moment(name: str, text: str, place: ConsolePlace) -> datetime:
    try:
        return place.moment(text)
    except (ValueError, OverflowError, OSError):
        raise ValueError(name) from None


def _told(request: Request, error: Exception) -> str:
    visitor, name = visitor_of(request), str(error)
    if isinstance(error, BadSearchError):
        return in_words(name, visitor.language)
    say = visitor.say
    if name == "q":
        return say(
            f"号码至少输入末 {TAIL} 位，或通话编号的开头。",
            f"Give at least the last {TAIL} digits of a number, or how a call's id begins.",
        )
    return say(f"看不懂筛选条件“{name}”的值。", f"The value of the filter “{name}” makes no sense.")


def _look(request: Request, given: Mapping[str, str]) -> None:
    q = given.get("q", "")
    shown = mask(q) if _NUMBER.fullmatch(q) else q
    detail = ", ".join(f"{name}={shown if name == 'q' else value}" for name, value in given.items())
    looked(request, "searched" if q else "listed", "calls", detail=detail)


def _rules(request: Request, room: ConsoleRoom) -> list[tuple[str, str]]:
    language = visitor_of(request).language
    return [
        (rule.id, rule.title.get(language) or rule.id) for rule in room.rules() if rule.decidable
    ]
