"""`thirdring qa calibrate`: several score the same call, blind to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.quality import group
from launch.quality.desk import (
    AsOption,
    ConfigOption,
    LangOption,
    acting,
    language,
    open_desk,
    told_empty,
)
from launch.quality.texts import word
from launch.quality.wrapping import tell

if TYPE_CHECKING:
    from console.work.calibrating import Calibration
    from qa.calibrating.session import Difference
    from qa.rubric import Form

calibrate = typer.Typer(
    no_args_is_help=True, help="Calibrations: open, list, show, close, call off."
)
group.add_typer(calibrate, name="calibrate")

_Id = Annotated[str, typer.Argument(metavar="ID", help="A calibration.")]


@calibrate.command("open")
def open_(
    call: Annotated[str, typer.Argument(metavar="CALL", help="A call, or how its id begins.")],
    expert: Annotated[str, typer.Option(metavar="NAME", help="Whose score is the measure.")],
    evaluators: Annotated[
        list[str], typer.Option("--evaluator", metavar="NAME", help="Who scores too; repeat it.")
    ],
    form: Annotated[str, typer.Option(help="Another form than the usual one.")] = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Have several score the same call; nobody sees another's answers until it is closed."""
    with open_desk(state, config) as desk:
        found = desk.calibrate(acting(desk, name), call, expert, evaluators, form=form)
        until = found.opened_at + desk.terms.calibrate
    typer.echo(
        word(
            "calibration",
            language(lang),
            id=found.id,
            call=found.call_id,
            names=", ".join(found.evaluations),
            until=f"{until:%Y-%m-%d %H:%M}",
        )
    )


@calibrate.command("list")
def list_(
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """List calibrations that you take part in; supervisors see all."""
    if told_empty(state, config, language(lang), as_json=as_json):
        return
    with open_desk(state, config) as desk:
        found = desk.calibrations(acting(desk, name))
    if as_json:
        print_json([_json(each) for each in found])
    elif not found:
        typer.echo(word("no_calibrations", language(lang)))
    for each in () if as_json else found:
        typer.echo(_line(each, language(lang)))


@calibrate.command()
def show(
    calibration: _Id,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """Who has scored; once it is closed, how far they are apart and where."""
    with open_desk(state, config) as desk:
        found = desk.calibration(acting(desk, name), calibration)
        form = desk.forms.pinned(found.form, found.form_digest)
    _tell(found, form, language(lang), as_json=as_json)


@calibrate.command()
def close(
    calibration: _Id,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """Compare what was scored and show it to all; parts not submitted are withdrawn."""
    with open_desk(state, config) as desk:
        found = desk.close_calibration(acting(desk, name), calibration)
        form = desk.forms.pinned(found.form, found.form_digest)
    _tell(found, form, language(lang), as_json=as_json)


@calibrate.command("call-off")
def call_off(
    calibration: _Id,
    reason: Annotated[str, typer.Option(help="Why; it is kept with it.")],
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """End one that cannot come to a result; its parts are withdrawn, scored or not."""
    with open_desk(state, config) as desk:
        found = desk.call_off_calibration(acting(desk, name), calibration, reason)
        form = desk.forms.pinned(found.form, found.form_digest)
    _tell(found, form, language(lang), as_json=as_json)


def _tell(found: Calibration, form: Form, lang: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_json(found))
        return
    typer.echo(_line(found, lang))
    if found.result is None:
        return
    typer.echo(word("deviation", lang))
    for evaluator, deviation in found.result.deviations.items():
        apart = found.result.score_deviations.get(evaluator)
        told = "" if apart is None else f"  {apart:+g}"
        typer.echo(f"  {evaluator}: {deviation:g}  ({found.scores[evaluator]:g}{told})")
    for each in found.result.differences:
        _tell_difference(each, found.expert, form, lang)


def _tell_difference(each: Difference, expert: str, form: Form, lang: str) -> None:
    """A question that was not answered alike: its title, and what everybody chose."""
    from launch.quality.showing import answer_title

    question = form.question(each.question)
    colon = word("colon", lang)
    given = {expert: each.expert, **each.answers}
    told = word("semicolon", lang).join(
        f"{who}{colon}{answer_title(question, answer, lang) or '-'}"
        for who, answer in given.items()
    )
    tell(question.title.get(lang, each.question), indent=2)
    tell(told, indent=4)


def _line(found: Calibration, lang: str) -> str:
    if found.called_off:
        return word("calibration_called_off", lang, id=found.id, reason=found.called_off)
    if found.result is not None:
        alpha = "-" if found.result.alpha is None else f"{found.result.alpha:.2f}"
        return word("calibration_closed", lang, id=found.id, alpha=alpha)
    waiting = [name for name in found.evaluations if name not in found.done]
    done = ", ".join(found.done) or "-"
    return word("calibration_open", lang, id=found.id, done=done, waiting=", ".join(waiting) or "-")


def _json(found: Calibration) -> dict[str, Any]:
    result = found.result
    return {
        "id": found.id,
        "call": found.call_id,
        "form": found.form,
        "form_digest": found.form_digest,
        "expert": found.expert,
        "evaluations": dict(found.evaluations),
        "opened_by": found.opened_by,
        "opened_at": found.opened_at,
        "done": found.done,
        "closed_at": found.closed_at,
        "called_off": found.called_off or None,
        "scores": dict(found.scores),
        "alpha": result.alpha if result else None,
        "alpha_interval": result.alpha_interval if result else None,
        "deviations": dict(result.deviations) if result else {},
        "score_deviations": dict(result.score_deviations) if result else {},
        "differences": [
            {"question": each.question, "expert": each.expert, "answers": dict(each.answers)}
            for each in (result.differences if result else ())
        ],
    }
