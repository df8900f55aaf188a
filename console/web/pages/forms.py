"""The forms as they are used now: which questions facts answer, and which wait for a person."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calls.errors import UnknownWorkError
from console.room import ConsoleRoom
from console.web.menu import Entry
from console.web.rendering import page
from console.web.seeing import room_of
from console.web.visitor import LISTENERS, need
from qa.answering.telling import source_of
from qa.rubric import Form
from qa.rubric.form import Question, SourceKind

MENU = (Entry("/forms", "表单", "Forms", LISTENERS),)


def routes(room: ConsoleRoom) -> list[Route]:
    """The list, with what is wrong with the files, and one form."""
    return [
        Route("/forms", _list, methods=["GET"]),
        Route("/forms/{form}", _form, methods=["GET"]),
    ]


def _list(request: Request) -> Response:
    need(request, *LISTENERS)
    room = room_of(request)
    shelf = room.desk.forms
    found = [shelf.current(name) for name in shelf.names]
    return page(
        request,
        "forms.html",
        state=room.house(),
        found=[(form, _answered(room, form), _used_for(room, form)) for form in found],
    )


def _form(request: Request) -> Response:
    need(request, *LISTENERS)
    room = room_of(request)
    try:
        form = room.desk.forms.current(request.path_params["form"])
    except UnknownWorkError as error:
        raise HTTPException(404, str(error)) from None
    told = {one.name: _source(room, one) for one in form.questions()}
    return page(request, "form.html", form=form, told=told)


def _answered(room: ConsoleRoom, form: Form) -> tuple[int, int]:
    """How many questions facts can answer, of how many."""
    questions = list(form.questions())
    return sum(_source(room, one)[0] == "machine" for one in questions), len(questions)


def _source(room: ConsoleRoom, question: Question) -> tuple[str, str, str]:
    """`machine`, `person` or `gap`; and where the answer comes from, or why not: zh, en."""
    fact = question.fact
    if fact is None:
        return "person", "", ""
    if fact.kind is not SourceKind.RULE:
        title = source_of(fact).title
        return "machine", title["zh"], title["en"]
    rule = next((one for one in room.rules() if one.id == fact.name), None)
    if rule is None:
        return "gap", f"没有规章 {fact.name}", f"the house has no rule {fact.name}"
    words = rule.title if rule.decidable else rule.reason
    zh, en = (f"{rule.id} {words.get(language, '')}" for language in ("zh", "en"))
    return "machine" if rule.decidable else "gap", zh, en


def _used_for(room: ConsoleRoom, form: Form) -> str:
    """`agent`, `ivr`, or empty: for which calls it is taken by itself."""
    agent, ivr = room.desk.usual_forms
    return {agent: "agent", ivr: "ivr"}.get(form.name, "")
