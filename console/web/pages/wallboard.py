"""The wallboard: the floor on a large screen, drawn anew each second; and the walls it hangs on."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from calls.floor.wall import Alarm, FloorAgent, WallView
from calls.quality.states import Role
from console.room import ConsoleRoom
from console.wall.ports import Sight, WallFeed
from console.wall.words import ALARMS, NOT_READY, REASONS, STATES, TROUBLES, URGENT, said
from console.web import cookies
from console.web.forms import text_of
from console.web.looks import looked
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import room_of
from console.web.visitor import need, visitor_of

MENU = (Entry("/wallboard", "大厅", "Wallboard", (Role.SUPERVISOR,)),)
_ORDER: Final = {state: place for place, state in enumerate(STATES)}
_MOST_ALARMS: Final = 6
_MOST_WAITING: Final = 8


def routes(room: ConsoleRoom) -> list[Route]:
    """The page, the part of it that is drawn anew, and the walls."""
    return [
        Route("/walls", _walls, methods=["GET"]),
        Route("/walls", _hang, methods=["POST"]),
        Route("/walls/{wall}/down", _take_down, methods=["POST"]),
        Route("/wallboard", _wallboard, methods=["GET"]),
        Route("/wallboard/now", _now, methods=["GET"]),
    ]


def _wallboard(request: Request) -> Response:
    _need_sight(request)
    looked(request, "opened", "wallboard")
    return _drawn(request, "wallboard.html")


def _need_sight(request: Request) -> None:
    """The guard lets a wall come here and nowhere else."""
    if visitor_of(request).wall is None:
        need(request, Role.SUPERVISOR)


def _walls(request: Request) -> Response:
    need(request, Role.SUPERVISOR)
    walls = room_of(request).accounts.walls
    return page(request, "walls.html", found=[(one, walls.hangs(one)) for one in walls.all()])


def _hang(request: Request) -> Response:
    """This browser becomes a wall: whoever hung it is signed out here."""
    account, room, visitor = need(request, Role.SUPERVISOR), room_of(request), visitor_of(request)
    title = text_of(request, "title", 60)
    token, _ = room.accounts.walls.hang(account, title, visitor.address)
    room.accounts.sign_out(visitor.token, visitor.address)
    answer, secure = RedirectResponse("/wallboard", status_code=303), room.place.secure
    cookies.put(answer, cookies.WALL, token, secure=secure, keep=True)
    cookies.drop(answer, cookies.SESSION, secure=secure)
    return answer


def _take_down(request: Request) -> Response:
    need(request, Role.SUPERVISOR)
    wall = request.path_params["wall"]
    room_of(request).accounts.walls.take_down(wall)
    looked(request, "taken_down", f"wall/{wall}"[:40])
    return RedirectResponse("/walls", status_code=303)


def _now(request: Request) -> Response:
    _need_sight(request)
    return _drawn(request, "parts/wall.html")


def _drawn(request: Request, template: str) -> Response:
    feed: WallFeed | None = room_of(request).parts.get("wall")
    sight: Sight = feed.sight() if feed is not None else Sight(None, 0, False, "no_desk_there")
    view = sight.view or WallView(seq=0)
    language = visitor_of(request).language
    return page(
        request,
        template,
        sight=sight,
        view=view,
        # Other reasons name folders and commands: for the log, not for a wall.
        why=said(REASONS, sight.why, language) if sight.why in REASONS else "",
        alarms=[_alarm(alarm, view, language) for alarm in view.alarms[:_MOST_ALARMS]],
        waiting=view.waiting[:_MOST_WAITING],
        targets={queue.name: queue.target_ms for queue in view.queues},
        agents=sorted(view.agents, key=_place),
        states={state: titles[language] for state, titles in STATES.items()},
        reason=lambda word: said(NOT_READY, word, language),
        lasted=_lasted,
        # A clock of the snapshot goes on while the desk is there, and stands when it is not.
        more_ms=sight.age_ms if sight.live else 0,
    )


def _lasted(ms: int) -> str:
    """`3:42`, from an hour up `2:30:06`."""
    seconds = max(ms, 0) // 1000
    hours, left = divmod(seconds, 3600)
    return f"{hours}:{left // 60:02}:{left % 60:02}" if hours else f"{left // 60}:{left % 60:02}"


def _place(agent: FloorAgent) -> tuple[int, int, str]:
    return _ORDER.get(agent.state.value, len(_ORDER)), -agent.for_ms, agent.number


def _alarm(alarm: Alarm, view: WallView, language: str) -> tuple[str, int, bool]:
    """What it says, for how long, and whether it is urgent."""
    agent = next((one for one in view.agents if one.number == alarm.subject), None)
    subject = f"{agent.name} {agent.number}".strip() if agent else alarm.subject
    told = said(ALARMS, alarm.kind, language, subject=said(TROUBLES, subject, language))
    if alarm.kind == "rule_broken" and agent:
        told += " " + " ".join(rule.id for rule in agent.broken)
    if alarm.kind == "help" and agent and agent.help_text:
        told += f": {agent.help_text}"
    return told, alarm.for_ms, alarm.kind in URGENT
