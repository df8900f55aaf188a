"""Calibrations, and how often people agree with the machine."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from calls.quality.states import Role
from console.room import ConsoleRoom
from console.web.forms import form_of, text_of
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import actor_of, room_of
from console.web.visitor import LISTENERS, visitor_of

MENU = (Entry("/calibrations", "校准", "Calibrations", LISTENERS),)


def routes(room: ConsoleRoom) -> list[Route]:
    """All, one, a new one, closing, calling off; and agreement by question."""
    return [
        Route("/calibrations", _list, methods=["GET"]),
        Route("/calibrations", _open, methods=["POST"]),
        Route("/calibrations/{calibration}", _one, methods=["GET"]),
        Route("/calibrations/{calibration}/close", _close, methods=["POST"]),
        Route("/calibrations/{calibration}/call-off", _call_off, methods=["POST"]),
        Route("/agreement", _agreement, methods=["GET"]),
    ]


def _list(request: Request) -> Response:
    actor, room = actor_of(request, *LISTENERS), room_of(request)
    scorers = [one for one in room.book.accounts() if one.enabled and one.role in LISTENERS]
    return page(
        request,
        "calibrations.html",
        found=room.desk.calibrations(actor)[::-1],
        scorers=scorers,
        opener=actor.role is Role.SUPERVISOR,
    )


def _open(request: Request) -> Response:
    actor = actor_of(request, Role.SUPERVISOR)
    made = room_of(request).desk.calibrate(
        actor,
        text_of(request, "call", 100),
        text_of(request, "expert", 40),
        [str(one) for one in form_of(request).getlist("evaluator")],
    )
    return RedirectResponse(f"/calibrations/{made.id}", status_code=303)


def _one(request: Request) -> Response:
    actor, room = actor_of(request, *LISTENERS), room_of(request)
    found = room.desk.calibration(actor, request.path_params["calibration"])
    form = room.desk.forms.pinned(found.form, found.form_digest)
    return page(
        request, "calibration.html", one=found, form=form, closer=actor.role is Role.SUPERVISOR
    )


def _close(request: Request) -> Response:
    actor, name = actor_of(request, Role.SUPERVISOR), request.path_params["calibration"]
    room_of(request).desk.close_calibration(actor, name)
    return RedirectResponse(f"/calibrations/{name}", status_code=303)


def _call_off(request: Request) -> Response:
    actor, name = actor_of(request, Role.SUPERVISOR), request.path_params["calibration"]
    room_of(request).desk.call_off_calibration(actor, name, text_of(request, "reason", 500))
    return RedirectResponse(f"/calibrations/{name}", status_code=303)


def _agreement(request: Request) -> Response:
    actor, room = actor_of(request, *LISTENERS), room_of(request)
    shelf, language = room.desk.forms, visitor_of(request).language
    name = request.query_params.get("form", "") or room.desk.usual_forms[0]
    form = shelf.current(name)
    return page(
        request,
        "agreement.html",
        form=form,
        known={one.name for one in form.questions()},
        names=[(one, shelf.current(one).title.get(language) or one) for one in shelf.names],
        found=room.desk.agreement(actor, name),
    )
