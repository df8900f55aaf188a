"""Pages from templates: escaped, in the visitor's language, with what every page needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import HTMLResponse

from console.web import showing
from console.web.visitor import LISTENERS, visitor_of
from qa.work import why_in

HERE: Final = Path(__file__).parent


@pass_context
def _when(context: Context, at: datetime | str | None) -> str:
    return showing.when(at, context["zone"])


@pass_context
def _reason(context: Context, why: str, drawn_by: str) -> str:
    return showing.plain_text(why_in(why, drawn_by, context["visitor"].language))


_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "clock": showing.clock,
    "seconds": showing.seconds,
    "when": _when,
    "masked": showing.masked_number,
    "called": showing.called_number,
    "named": showing.masked_name,
    "plain": showing.plain_text,
    "reason": _reason,
}


def page(request: Request, template: str, **context: Any) -> HTMLResponse:
    """The template with `context`, and beside it: `request`, `visitor`, `room`, `menu`, `nonce`,
    `csrf`, `zone`, and `_(zh, en)` for a text in the visitor's language."""
    visitor = visitor_of(request)
    say: Callable[[str, str], str] = visitor.say
    menu = request.app.state.menu
    shown = [
        entry
        for entry in menu
        if visitor.account and (not entry.roles or visitor.role in entry.roles)
    ]
    place = request.app.state.room.place
    told = visitor.role in LISTENERS
    text = _environment.get_template(template).render(
        request=request,
        visitor=visitor,
        menu=shown,
        nonce=request.scope["nonce"],
        csrf=visitor.csrf,
        _=say,
        company=place.company,
        zone=place.zone,
        trouble=told and request.app.state.room.house().problems,
        ended=partial(showing.ended, language=visitor.language, titles=place.dispositions),
        **context,
    )
    return HTMLResponse(text)
