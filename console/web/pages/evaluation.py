"""One evaluation beside its call: scoring, the agent's word, the second reviewer's, coaching."""

from __future__ import annotations

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from calls.errors import ConflictError, LedgerError, UnknownWorkError
from calls.quality.states import EvaluationKind, EvaluationState, Role
from console.room import ConsoleRoom
from console.web.forms import form_of, offset_of, text_of
from console.web.looks import looked
from console.web.pages.call import call_context
from console.web.rendering import page
from console.web.seeing import acting, actor_of, evaluations_of, room_of
from console.web.visitor import LISTENERS, need, visitor_of
from console.work.evaluating import Sheet
from qa.rubric import asked
from qa.work import Actor, Answering

_READERS: Final = (Role.AGENT, *LISTENERS)


def routes(room: ConsoleRoom) -> list[Route]:
    """The page, one address for each thing that may be done with it, and opening one."""
    at = "/evaluations/{evaluation}"
    return [
        Route("/calls/{call}/evaluate", _open, methods=["POST"]),
        Route(at, _evaluation, methods=["GET"]),
        Route(f"{at}/answers/{{question}}", _answer, methods=["POST"]),
        *(Route(f"{at}/{name}", _act, methods=["POST"], name=name) for name in _ACTS),
    ]


def _open(request: Request) -> Response:
    room, actor = room_of(request), actor_of(request, *LISTENERS)
    call_id = request.path_params["call"]
    why = text_of(request, "why", 300) or visitor_of(request).say("本人选取", "chosen by hand")
    form = text_of(request, "form", 60)
    try:
        opened = room.desk.open(actor, call_id, why=why, form=form).id
        room.desk.claim(actor, opened)
    except ConflictError:
        opened = _there_already(request, call_id, form)
        if not opened:
            raise
    return RedirectResponse(f"/evaluations/{opened}", status_code=303)


def _there_already(request: Request, call_id: str, form: str) -> str:
    """The evaluation that keeps this call from being scored twice by a form; empty: not theirs."""
    room, account = room_of(request), need(request, *LISTENERS)
    wanted = form or room.desk.usual_forms[not room.calls.call(call_id).agent]
    counted = (
        one
        for one in evaluations_of(room, account, call_id)
        if one.form == wanted and one.purpose != EvaluationKind.CALIBRATION
    )
    return next((one.id for one in counted), "")


def _evaluation(request: Request) -> Response:
    room, account = room_of(request), need(request, *_READERS)
    actor = acting(account)
    try:
        sheet = room.desk.sheet(actor, request.path_params["evaluation"])
        call = room.calls.call(sheet.evaluation.call_id)
    except UnknownWorkError:
        looked(request, "denied", f"evaluation/{request.path_params['evaluation']}"[:120])
        raise HTTPException(404) from None
    except LedgerError as error:
        raise HTTPException(404, str(error)) from None
    looked(request, "opened", f"call/{call.id}", detail=f"evaluation/{sheet.evaluation.id}")
    context = call_context(request, room, account, call)
    return page(request, "evaluation.html", **context, **sheet_context(room, actor, sheet))


def sheet_context(room: ConsoleRoom, actor: Actor, sheet: Sheet) -> dict[str, Any]:
    """What the form and the panels about it are drawn from."""
    evaluation, now = sheet.evaluation, room.clock.utc_now()
    scorer = actor.role in LISTENERS
    mine = evaluation.is_claimed(now) and evaluation.evaluator == actor.name
    free = evaluation.standing(now) is EvaluationState.OPEN
    own_call = bool(actor.agent) and actor.agent == evaluation.agent
    disputed = evaluation.state is EvaluationState.DISPUTED
    in_time = evaluation.respond_by is None or now <= evaluation.respond_by
    return {
        "sheet": sheet,
        "evaluation": evaluation,
        "form": sheet.form,
        "asked": {one.name for one in asked(sheet.form, sheet.answers)},
        "scores": {part.section: part for part in sheet.score.sections},
        "editing": mine and evaluation.outcome is None,
        "may_claim": scorer and free and not own_call,
        "may_respond": own_call and evaluation.state is EvaluationState.SUBMITTED and in_time,
        "may_resolve": disputed
        and actor.role is Role.SUPERVISOR
        and actor.name != evaluation.evaluator
        and not own_call,
        "may_coach": actor.role is Role.SUPERVISOR
        and evaluation.outcome is not None
        and bool(evaluation.agent),
    }


def _answer(request: Request) -> Response:
    room, actor = room_of(request), actor_of(request, *LISTENERS)
    name = request.path_params["question"]
    given = Answering(
        question=name,
        answer=text_of(request, "answer", 60),
        comment=text_of(request, "comment"),
        reason=text_of(request, "reason"),
        at_ms=offset_of(request, "at_ms"),
    )
    sheet = room.desk.answer(actor, request.path_params["evaluation"], given)
    if not request.headers.get("hx-request"):
        return RedirectResponse(f"/evaluations/{sheet.evaluation.id}#q-{name}", status_code=303)
    return page(request, "parts/answered.html", changed=name, **sheet_context(room, actor, sheet))


def _act(request: Request) -> Response:
    actor = actor_of(request, *_READERS)
    name = request.url.path.rpartition("/")[2]
    evaluation = request.path_params["evaluation"]
    _ACTS[name](request, actor, evaluation)
    to = "/work" if name in ("release", "withdraw") else f"/evaluations/{evaluation}"
    return RedirectResponse(to, status_code=303)


def _claim(request: Request, actor: Actor, evaluation: str) -> None:
    room_of(request).desk.claim(actor, evaluation)


def _release(request: Request, actor: Actor, evaluation: str) -> None:
    room_of(request).desk.release(actor, evaluation, text_of(request, "reason"))


def _submit(request: Request, actor: Actor, evaluation: str) -> None:
    room_of(request).desk.submit(actor, evaluation)


def _withdraw(request: Request, actor: Actor, evaluation: str) -> None:
    room_of(request).desk.withdraw(actor, evaluation, text_of(request, "reason"))


def _acknowledge(request: Request, actor: Actor, evaluation: str) -> None:
    room_of(request).desk.acknowledge(actor, evaluation, text_of(request, "comment"))


def _dispute(request: Request, actor: Actor, evaluation: str) -> None:
    questions = [str(one) for one in form_of(request).getlist("question")]
    room_of(request).desk.dispute(actor, evaluation, text_of(request, "reason"), questions)


def _resolve(request: Request, actor: Actor, evaluation: str) -> None:
    changes = {
        name.removeprefix("to-"): str(value)
        for name, value in form_of(request).multi_items()
        if name.startswith("to-") and value
    }
    room_of(request).desk.resolve(actor, evaluation, text_of(request, "reason"), changes)


def _coach(request: Request, actor: Actor, evaluation: str) -> None:
    from_ms, to_ms = offset_of(request, "from_ms"), offset_of(request, "to_ms")
    clips = [(from_ms, to_ms)] if from_ms is not None and to_ms is not None else []
    room_of(request).desk.coach(actor, evaluation, text_of(request, "note"), clips)


_ACTS: Final = {
    "claim": _claim,
    "release": _release,
    "submit": _submit,
    "withdraw": _withdraw,
    "acknowledge": _acknowledge,
    "dispute": _dispute,
    "resolve": _resolve,
    "coach": _coach,
}
