"""The console as one Starlette application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from calls.errors import AccountError, CallCenterError, WorkError
from console.room import ConsoleRoom
from console.web.failing import failed, refused, unfit, unreadable
from console.web.guard import Guard
from console.web.pages import PAGES
from console.web.playback import Playbacks
from console.web.rendering import HERE


def make_app(room: ConsoleRoom) -> Starlette:
    """All pages over `room`. Endpoints that block are plain functions: they run in threads."""
    app = Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=HERE / "static")),
            *(route for module in PAGES for route in _routes(module, room)),
        ],
        middleware=[Middleware(Guard, room=room)],
        exception_handlers={
            HTTPException: refused,
            WorkError: unfit,
            AccountError: unfit,
            CallCenterError: unreadable,
            Exception: failed,
        },
    )
    app.state.room = room
    app.state.playbacks = Playbacks(room.clock)
    app.state.menu = [entry for module in PAGES for entry in getattr(module, "MENU", ())]
    return app


def _routes(module: object, room: ConsoleRoom) -> list[Route]:
    routes: list[Route] = module.routes(room)  # type: ignore[attr-defined]
    return routes
