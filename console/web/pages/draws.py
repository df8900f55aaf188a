"""Drawing calls for evaluation: what to draw, and how each draw came about."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from calls.errors import WorkError
from console.room import ConsoleRoom
from console.web.forms import form_of, text_of
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import actor_of, room_of
from console.web.visitor import LISTENERS, visitor_of
from console.work.drawing import DrawOrder
from qa.sampling import Plan
from qa.sampling.plan import BY, Method, Shares

MENU = (Entry("/draws", "抽样", "Draws", LISTENERS),)


def routes(room: ConsoleRoom) -> list[Route]:
    """The page, a new draw, and one made again."""
    return [
        Route("/draws", _list, methods=["GET"]),
        Route("/draws", _draw, methods=["POST"]),
        Route("/draws/{draw}/again", _again, methods=["GET"]),
    ]


def _list(request: Request) -> Response:
    actor_of(request, *LISTENERS)
    room, language = room_of(request), visitor_of(request).language
    shelf = room.desk.forms
    today = room.clock.utc_now().astimezone(room.place.zone)
    return page(
        request,
        "draws.html",
        draws=room.desk.draws()[::-1][:100],
        forms=[(name, shelf.current(name).title.get(language) or name) for name in shelf.names],
        by=BY,
        since=f"{today:%Y-%m-%dT00:00}",
        until=f"{today:%Y-%m-%dT%H:%M}",
        nothing=request.query_params.get("nothing", ""),
    )


def _draw(request: Request) -> Response:
    actor, room = actor_of(request, *LISTENERS), room_of(request)
    seed = _whole(request, "seed") if text_of(request, "seed", 12) else None
    try:
        plan = Plan(
            method=Method(text_of(request, "method", 20)),
            count=_whole(request, "count"),
            per_agent=_whole(request, "per_agent"),
            by=tuple(str(one) for one in form_of(request).getlist("by")) or ("agent",),
            shares=Shares(text_of(request, "shares", 20) or Shares.PROPORTIONAL),
            least_ms=_whole(request, "least_s") * 1000,
            agents_only=text_of(request, "agents_only", 5) == "yes",
            tag="mystery" if text_of(request, "mystery", 5) == "yes" else "",
        )
        order = DrawOrder(
            plan=plan,
            since=_moment(request, "since"),
            until=_moment(request, "until"),
            form=text_of(request, "form", 60),
            seed=seed,
        )
    except ValueError as error:
        raise WorkError(f"this draw cannot be made: {error}") from None
    drawn = room.desk.draw(actor, order)
    to = "/work" if drawn.evaluations else f"/draws?nothing={drawn.draw.population}"
    return RedirectResponse(to, status_code=303)


def _again(request: Request) -> Response:
    actor_of(request, *LISTENERS)
    draw_id = request.path_params["draw"]
    again, same = room_of(request).desk.drawn_again(draw_id)
    return page(request, "drawn_again.html", draw_id=draw_id, again=again, same=same)


def _whole(request: Request, name: str) -> int:
    text = text_of(request, name, 12) or "0"
    if not (text.isascii() and text.isdigit()):
        raise WorkError(f"{text!r} is no whole number; give digits alone")
    return int(text)


def _moment(request: Request, name: str) -> datetime:
    text = text_of(request, name, 30)
    try:
        return room_of(request).place.moment(text)
    except (ValueError, OverflowError):
        raise WorkError(f"{text!r} is no time; give a day and a time of it") from None
