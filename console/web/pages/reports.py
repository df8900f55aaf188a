"""Reports: day sheet, monthly brief, staffing; the calls behind each figure; files to take out."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from calls.quality.states import Role
from console.reports import telling
from console.reports.gathering import Gathered
from console.reports.html import body_of, page_of, style
from console.reports.making import (
    MEDIA,
    Format,
    Kind,
    days_of,
    file_name,
    gather_for,
    paper_of,
    today,
    written,
)
from console.reports.paper import Pen
from console.reports.shelf import ReportShelf
from console.room import ConsoleRoom
from console.web.looks import looked
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import room_of
from console.web.visitor import need, visitor_of
from qa.figures.behind import Behind, calls_behind
from qa.figures.catalogue import figure
from qa.figures.figure import Figure, Unit
from qa.figures.slots import Days

MENU = (Entry("/reports", "报表", "Reports", (Role.SUPERVISOR,)),)
_MOST_CALLS: Final = 200
_MOST_DAYS: Final = 62


def routes(room: ConsoleRoom) -> list[Route]:
    """None without a shelf of reports: a console that was started without figures."""
    shelf = room.parts.get("reports")
    if not isinstance(shelf, ReportShelf):
        return []
    desk = _Reports(shelf)
    return [
        Route("/reports", desk.show, methods=["GET"]),
        Route("/reports/page", desk.whole, methods=["GET"]),
        Route("/reports/export", desk.export, methods=["GET"]),
        Route("/reports/calls", desk.behind, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for."""

    kind: Kind
    on: date
    queue: str

    def query(self, **more: str) -> str:
        given = {"kind": self.kind.value, "on": str(self.on), "queue": self.queue, **more}
        return urlencode({name: value for name, value in given.items() if value})


class _Reports:
    def __init__(self, shelf: ReportShelf) -> None:
        self._shelf = shelf
        self._one_at_a_time = threading.Lock()

    def show(self, request: Request) -> Response:
        """The report within the console, with the way to its calls and files."""
        need(request, Role.SUPERVISOR)
        asked = self._asked(request)
        pen = Pen(visitor_of(request).language, self._shelf.house, links=True)
        paper = paper_of(asked.kind, self._gathered(request, asked), pen)
        looked(request, "reported", f"report/{asked.kind}", detail=asked.query())
        return page(
            request,
            "reports.html",
            paper=paper,
            body=body_of(paper),
            css=style(),
            asked=asked,
            kinds=tuple(Kind),
            formats=tuple(Format),
            most=today(self._shelf.house, room_of(request).clock),
        )

    def whole(self, request: Request) -> Response:
        """The report alone, to print or keep as PDF."""
        need(request, Role.SUPERVISOR)
        asked = self._asked(request)
        pen = Pen(visitor_of(request).language, self._shelf.house)
        paper = paper_of(asked.kind, self._gathered(request, asked), pen)
        looked(request, "exported", f"report/{asked.kind}", detail=asked.query(format="page"))
        return HTMLResponse(page_of(paper, nonce=request.scope["nonce"]))

    def export(self, request: Request) -> Response:
        """The report as a file."""
        need(request, Role.SUPERVISOR)
        asked = self._asked(request)
        try:
            form = Format(request.query_params.get("format", ""))
        except ValueError:
            raise HTTPException(404) from None
        gathered = self._gathered(request, asked)
        content = written(asked.kind, form, gathered, visitor_of(request).language)
        looked(request, "exported", f"report/{asked.kind}", detail=asked.query(format=form.value))
        name = file_name(asked.kind, form, gathered)
        return Response(
            content,
            media_type=MEDIA[form],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def behind(self, request: Request) -> Response:
        """The calls that a figure counted, those to look at first at the top."""
        need(request, Role.SUPERVISOR)
        wanted = figure(request.query_params.get("figure", ""))
        if wanted is None or wanted.of is None:
            raise HTTPException(404)
        days, queue = self._days(request), _queue(request)
        house = self._shelf.house
        found = calls_behind(
            self._shelf.sources.calls(days, queue), wanted, house.terms, most=_MOST_CALLS
        )
        looked(
            request, "listed", f"report/{wanted.id}", detail=f"{days.first}..{days.last} {queue}"
        )
        language = visitor_of(request).language
        rows = [
            (one, _told(one, wanted, language), _agent(one.agent, self._shelf)) for one in found
        ]
        return page(
            request,
            "behind.html",
            figure=wanted,
            formula=wanted.formula(language, house.terms),
            rows=rows,
            days=days,
            queue=queue,
            most=_MOST_CALLS,
            clock=lambda at: telling.clock(at, house.zone),
        )

    def _asked(self, request: Request) -> _Asked:
        given = request.query_params
        try:
            kind = Kind(given.get("kind", Kind.DAY))
        except ValueError:
            raise HTTPException(404) from None
        now = today(self._shelf.house, room_of(request).clock)
        return _Asked(kind, min(_date(given.get("on", ""), now), now), _queue(request))

    def _days(self, request: Request) -> Days:
        now = today(self._shelf.house, room_of(request).clock)
        given = request.query_params
        first, last = (_date(given.get(name, ""), now) for name in ("first", "last"))
        if not 0 <= (last - first).days < _MOST_DAYS:
            raise HTTPException(400)
        return Days(first, last, self._shelf.house.zone)

    def _gathered(self, request: Request, asked: _Asked) -> Gathered:
        """A month takes seconds: one at a time, and a while kept."""
        days = days_of(asked.kind, asked.on, self._shelf.house)
        clock = room_of(request).clock
        with self._one_at_a_time:
            return self._shelf.kept(
                (asked.kind.value, str(asked.on), asked.queue),
                lambda: gather_for(
                    asked.kind,
                    days,
                    self._shelf.sources,
                    self._shelf.house,
                    clock,
                    asked.queue,
                ),
            )


def _told(one: Behind, wanted: Figure, language: str) -> str:
    """The call's own value; of a share of calls, whether it is one of them."""
    if wanted.unit is not Unit.SHARE or one.over != 1:
        return telling.told(one.amount, wanted.unit)
    yes, no = ("是", "否") if language == "zh" else ("yes", "no")
    return yes if one.total else no


def _date(text: str, otherwise: date) -> date:
    if not text:
        return otherwise
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise HTTPException(400) from None
    if not date(1990, 1, 1) <= found <= date(2200, 1, 1):
        raise HTTPException(400)
    return found


def _queue(request: Request) -> str:
    return request.query_params.get("queue", "")[:64].strip()


def _agent(number: str, shelf: ReportShelf) -> str:
    return shelf.house.agent(number) if number else "IVR"
