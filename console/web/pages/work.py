"""My work: what to do next, what I have, what is disputed; and the agent's own scores."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from calls.quality.states import EvaluationState, Role
from console.room import ConsoleRoom
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import actor_of, room_of
from console.web.visitor import LISTENERS, visitor_of
from ledger.quality.rows import EvaluationFilter, EvaluationRow

MENU = (
    Entry("/work", "我的工作", "My work", LISTENERS),
    Entry("/mine", "我的评分", "My scores", (Role.AGENT,)),
)
_MOST = 50


def routes(room: ConsoleRoom) -> list[Route]:
    """Queue of work and an agent's own evaluations."""
    return [
        Route("/work", _work, methods=["GET"]),
        Route("/work/next", _next, methods=["POST"]),
        Route("/mine", _mine, methods=["GET"]),
    ]


def _work(request: Request) -> Response:
    room, actor = room_of(request), actor_of(request, *LISTENERS)
    room.desk.tidy()
    now = room.clock.utc_now()
    unscored = room.desk.listed(
        actor, EvaluationFilter(states=(EvaluationState.OPEN, EvaluationState.CLAIMED))
    )
    done = EvaluationFilter(evaluator=actor.name, newest_first=True, limit=_MOST)
    return page(
        request,
        "work.html",
        now=now,
        claimed=[one for one in unscored if one.evaluator == actor.name],
        others=[one for one in unscored if _taken(one) and one.evaluator != actor.name][:_MOST],
        waiting=[one for one in unscored if not _taken(one)][:_MOST],
        how_many=sum(not _taken(one) for one in unscored),
        disputed=room.desk.listed(actor, EvaluationFilter(states=(EvaluationState.DISPUTED,))),
        scored=[one for one in room.desk.listed(actor, done) if one.score is not None],
        resolver=actor.role is Role.SUPERVISOR,
        nothing=request.query_params.get("nothing") == "yes",
        titles=_titles(request, room),
    )


def _titles(request: Request, room: ConsoleRoom) -> dict[str, str]:
    """Name of a form -> what people call it."""
    language, shelf = visitor_of(request).language, room.desk.forms
    return {name: shelf.current(name).title.get(language) or name for name in shelf.names}


def _taken(one: EvaluationRow) -> bool:
    return one.state == EvaluationState.CLAIMED


def _next(request: Request) -> Response:
    room, actor = room_of(request), actor_of(request, *LISTENERS)
    taken = room.desk.take_next(actor)
    to = f"/evaluations/{taken.id}" if taken else "/work?nothing=yes"
    return RedirectResponse(to, status_code=303)


def _mine(request: Request) -> Response:
    room, actor = room_of(request), actor_of(request, Role.AGENT)
    found = room.desk.listed(actor, EvaluationFilter(newest_first=True, limit=200))
    titles = _titles(request, room)
    return page(request, "mine.html", found=found, now=room.clock.utc_now(), titles=titles)
