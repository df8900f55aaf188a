"""`thirdring qa` acknowledge, dispute, resolve, coach, withdraw, comment: what follows a score."""

from __future__ import annotations

from typing import Annotated

import typer

from calls.errors import WorkError
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.quality import group
from launch.quality.desk import (
    AsOption,
    ConfigOption,
    LangOption,
    acting,
    chosen,
    language,
    open_desk,
)
from launch.quality.texts import word
from launch.quality.working import IdArgument

WaitingArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="An evaluation, or how its id begins; the only one that waits when left out.",
        show_default=False,
    ),
]
_Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@group.command()
def acknowledge(
    evaluation: WaitingArgument = "",
    comment: Annotated[str, typer.Option(help="What the agent says to it.")] = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Say that you have read the score of your call."""
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        found = desk.acknowledge(actor, chosen(desk, actor, evaluation, "submitted"), comment)
    typer.echo(word("acknowledged", language(lang), id=found.id))


@group.command()
def dispute(
    reason: _Reason,
    evaluation: WaitingArgument = "",
    questions: Annotated[
        list[str] | None,
        typer.Option("--question", metavar="NAME", help="Which answers; all when left out."),
    ] = None,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Disagree with the score of your call; another reviewer decides."""
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        wanted = chosen(desk, actor, evaluation, "submitted")
        found = desk.dispute(actor, wanted, reason, questions or ())
    until = f"{found.dispute.resolve_by:%Y-%m-%d %H:%M}" if found.dispute else ""
    typer.echo(word("disputed", language(lang), id=found.id, until=until))


@group.command()
def resolve(
    reason: _Reason,
    evaluation: WaitingArgument = "",
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="QUESTION=ANSWER", help="None: the score stands."),
    ] = None,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Decide a dispute, as a reviewer who did not score the call."""
    shown = language(lang)
    changed = {}
    for pair in changes or ():
        question, equals, answer = pair.partition("=")
        if not equals:
            raise WorkError(f"{pair!r}: write QUESTION=ANSWER")
        changed[question.strip()] = answer.strip()
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        wanted = chosen(desk, actor, evaluation, "disputed")
        sheet = desk.resolve(actor, wanted, reason, changed)
    before, after = sheet.evaluation.submitted, sheet.evaluation.resolved
    if before is None or after is None:
        raise AssertionError
    key = "upheld" if sheet.evaluation.upheld else "changed"
    scores = {"before": f"{before.score:g}", "score": f"{after.score:g}"}
    typer.echo(word(key, shown, **scores))


@group.command()
def coach(
    evaluation: IdArgument,
    note: Annotated[str, typer.Option(help="What the agent may do better.")],
    clips: Annotated[
        list[str] | None,
        typer.Option("--clip", metavar="FROM-TO", help="Seconds on the call: 12.5-20."),
    ] = None,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Write a coaching note for the agent, with places to listen to."""
    stretches = [_stretch(clip) for clip in clips or ()]
    with open_desk(state, config) as desk:
        found = desk.coach(acting(desk, name), evaluation, note, stretches)
    typer.echo(word("coached", language(lang), id=found.id))


@group.command()
def withdraw(
    evaluation: IdArgument,
    reason: _Reason,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Take back an evaluation that was opened in error; it counts in no figure."""
    with open_desk(state, config) as desk:
        found = desk.withdraw(acting(desk, name), evaluation, reason)
    typer.echo(word("withdrawn", language(lang), id=found.id))


@group.command()
def comment(
    call: Annotated[str, typer.Argument(metavar="CALL", help="A call, or how its id begins.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The remark.")] = "",
    at: Annotated[
        str, typer.Option(metavar="SECONDS", help="Where: 12.5, or 12.5-20 for a stretch.")
    ] = "",
    question: Annotated[str, typer.Option(help="Of the form, where it belongs to one.")] = "",
    undo: Annotated[str, typer.Option(metavar="NOTE", help="Take an own remark back.")] = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """Write a remark at a place of a call, or take one back; without a text, list them."""
    from launch.telling.call_story import clock

    shown = language(lang)
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        found = desk.cases.call(call)
        if undo:
            desk.uncomment(actor, found.id, undo)
            typer.echo(word("uncommented", shown, note=undo))
            return
        if text:
            from_ms, to_ms = _place(at)
            made = desk.comment(
                actor, found.id, text, from_ms=from_ms, to_ms=to_ms, question=question
            )
            typer.echo(word("commented", shown, note=made.id, at=clock(made.from_ms)))
            return
        remarks = desk.comments_for(actor, found.id)
    if as_json:
        print_json([{name: getattr(one, name) for name in one.__slots__} for one in remarks])
        return
    from rich.console import Console

    from launch.quality.showing import print_remarks

    print_remarks(Console(markup=False, highlight=False), remarks, shown)


def _place(text: str) -> tuple[int, int | None]:
    if not text:
        raise WorkError("say where on the call: --at SECONDS")
    if "-" in text:
        return _stretch(text)
    return _ms(text), None


def _stretch(text: str) -> tuple[int, int]:
    start, dash, end = text.partition("-")
    if not dash:
        raise WorkError(f"{text!r} is no stretch; write FROM-TO in seconds: 12.5-20")
    return _ms(start), _ms(end)


def _ms(text: str) -> int:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < 10**6:
        raise WorkError(f"{text!r} is no place on a call; write seconds: 12.5")
    return round(found * 1000)
