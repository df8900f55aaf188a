"""`thirdring qa` next, list, show, claim, release, score, submit: an evaluator's day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    told_empty,
)
from launch.quality.texts import state_word, word
from launch.telling.tables import print_table

if TYPE_CHECKING:
    from datetime import datetime

    from console.work.desk import WorkDesk
    from console.work.evaluating import Sheet
    from launch.quality.given import Given
    from ledger.quality.rows import EvaluationRow
    from qa.work import Actor

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="An evaluation, or how its id begins.")
]
MineArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="An evaluation, or how its id begins; the one you have when left out.",
        show_default=False,
    ),
]
_GOING_ON = ("open", "claimed", "submitted", "disputed")


@group.command("next")
def next_(
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """Take what is to be scored next: what you have, else what was drawn first."""
    shown = language(lang)
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        desk.tidy()
        found = desk.take_next(actor)
        sheet = desk.sheet(actor, found.id) if found is not None else None
    if as_json:
        print_json(None if sheet is None else _json(sheet))
    elif sheet is None:
        typer.echo(word("none_waiting", shown, name=actor.name))
    else:
        found = sheet.evaluation
        typer.echo(word("next", shown, id=found.id, call=found.call_id, name=actor.name))


@group.command("list")
def list_(
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    everything: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    mine: Annotated[bool, typer.Option("--mine", help="Only those you have or scored.")] = False,
    wanted: Annotated[
        str, typer.Option("--state-is", metavar="STATE", help="Only in this state: disputed, ...")
    ] = "",
    call: Annotated[str, typer.Option("--call", metavar="ID", help="Only of this call.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List evaluations that you may see, oldest first; settled ones only with --all."""
    from ledger.quality.rows import EvaluationFilter

    shown = language(lang)
    if told_empty(state, config, shown, as_json=as_json):
        return
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        desk.tidy()
        states = (wanted,) if wanted else () if everything or call else _GOING_ON
        rows = desk.listed(
            actor,
            EvaluationFilter(
                states=states,
                evaluator=actor.name if mine else None,
                call_id=desk.cases.call(call).id if call else None,
            ),
        )
        now = desk.clock.utc_now()
    if as_json:
        from launch.quality.showing import row_json

        print_json([row_json(row) for row in rows])
    elif not rows:
        typer.echo(word("none_listed", shown))
    else:
        _print_rows(rows, now, shown)


@group.command()
def show(
    evaluation: MineArgument = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show the call as it went, what the machine answers and why, and the form so far."""
    from launch.quality.showing import sheet_json
    from launch.quality.telling import print_case

    shown = language(lang)
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        waits = ("submitted", "disputed") if actor.role == "agent" else ("claimed",)
        sheet = desk.sheet(actor, chosen(desk, actor, evaluation, *waits))
        call = sheet.evaluation.call_id
        _looked(desk, actor, "opened", f"call/{call}", f"evaluation {sheet.evaluation.id}")
        if as_json:
            print_json(sheet_json(sheet))
        else:
            print_case(desk, actor, sheet, state, shown)


@group.command()
def claim(
    evaluation: IdArgument,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Take an evaluation, so that nobody else works on it."""
    with open_desk(state, config) as desk:
        found = desk.claim(acting(desk, name), evaluation)
    until = f"{found.claimed_until:%Y-%m-%d %H:%M}" if found.claimed_until else ""
    typer.echo(word("claimed", language(lang), id=found.id, until=until))


@group.command()
def release(
    evaluation: MineArgument = "",
    reason: Annotated[str, typer.Option(help="Why it is given back.")] = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Give an evaluation back; a supervisor may take it from somebody. The draft stays."""
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        found = desk.release(actor, chosen(desk, actor, evaluation, "claimed"), reason)
    typer.echo(word("released", language(lang), id=found.id))


@group.command()
def score(
    evaluation: MineArgument = "",
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="QUESTION=ANSWER", help="Answer without being asked."),
    ] = None,
    comments: Annotated[
        list[str] | None, typer.Option("--comment", metavar="QUESTION=TEXT", help="Its comment.")
    ] = None,
    reasons: Annotated[
        list[str] | None,
        typer.Option("--reason", metavar="QUESTION=TEXT", help="Why other than the machine."),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help="YAML: question: answer.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--every", help="Ask also what facts have answered.")
    ] = False,
    submit_it: Annotated[bool, typer.Option("--submit", help="Submit when complete.")] = False,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """Score a call, question by question by keys, or by --set and --answers at once."""
    from launch.quality.given import answers_of

    shown = language(lang)
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        found = desk.claim(actor, chosen(desk, actor, evaluation, "claimed"))
        _looked(desk, actor, "opened", f"call/{found.call_id}", f"evaluation {found.id}")
        wanted = answers_of(answers, given or (), comments or (), reasons or ())
        if not wanted and not submit_it:
            _by_keys(desk, actor, found.id, shown, every=every)
            return
        sheet = _keep_given(desk, actor, found.id, wanted, submit_it=submit_it)
    if as_json:
        print_json(_json(sheet))
    elif submit_it:
        _tell_submitted(sheet, shown)
    else:
        _tell_draft(sheet, shown)


@group.command()
def submit(
    evaluation: MineArgument = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Make the draft final; says what is missing."""
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        sheet = desk.submit(actor, chosen(desk, actor, evaluation, "claimed"))
    _tell_submitted(sheet, language(lang))


def _by_keys(desk: WorkDesk, actor: Actor, evaluation_id: str, lang: str, *, every: bool) -> None:
    from launch.quality.asking import Asking, finish

    asking = Asking(desk, actor, evaluation_id, lang, every=every)
    done = finish(asking, desk, actor, lang) if asking.run() else None
    if done is None:
        typer.echo(word("draft", lang, id=evaluation_id))
    else:
        _tell_submitted(done, lang)


def _tell_submitted(sheet: Sheet, lang: str) -> None:
    found, score = sheet.evaluation, sheet.score
    result = state_word(score.result or "", lang)
    percent = f"{score.percent:g}" if score.percent is not None else ""
    answerable = found.state == "submitted" and found.purpose != "calibration"
    until = f"{found.respond_by:%Y-%m-%d %H:%M}" if found.respond_by else ""
    key = "submitted" if answerable else "settled"
    typer.echo(word(key, lang, score=percent, result=result, until=until))


def _keep_given(
    desk: WorkDesk, actor: Actor, evaluation_id: str, wanted: list[Given], *, submit_it: bool
) -> Sheet:
    sheet = desk.sheet(actor, evaluation_id)
    for each in wanted:
        sheet = desk.answer(actor, evaluation_id, each.over(sheet.evaluation.draft))
    return desk.submit(actor, evaluation_id) if submit_it else sheet


def _tell_draft(sheet: Sheet, lang: str) -> None:
    from launch.quality.asking import missing
    from launch.quality.showing import score_line

    typer.echo(score_line(sheet, lang))
    if sheet.unmet:
        typer.echo(word("incomplete", lang, what=missing(sheet, lang)))
    else:
        typer.echo(word("draft", lang, id=sheet.evaluation.id))


def _print_rows(rows: list[EvaluationRow], now: datetime, lang: str) -> None:
    from rich.table import Column, Table

    table = Table(
        Column(word("id", lang), no_wrap=True),
        Column(word("call", lang), no_wrap=True),
        Column(word("agent", lang), no_wrap=True),
        Column(word("form", lang)),
        Column(word("state", lang)),
        Column(word("who", lang), no_wrap=True),
        Column("", justify="right", no_wrap=True),
        box=None,
        pad_edge=False,
    )
    for row in rows:
        table.add_row(
            row.id,
            row.call_id,
            row.agent,
            row.form if row.purpose == "review" else f"{row.form} {state_word(row.purpose, lang)}",
            _standing(row, now, lang),
            row.evaluator,
            "" if row.score is None else f"{row.score:g}",
        )
    print_table(table)


def _standing(row: EvaluationRow, now: datetime, lang: str) -> str:
    shown = state_word(row.state, lang)
    late = row.state == "disputed" and row.resolve_by is not None and row.resolve_by < now
    return f"{shown} ({word('overdue', lang)})" if late else shown


def _looked(desk: WorkDesk, actor: Actor, action: str, subject: str, detail: str) -> None:
    from console.accounts.looking import look

    look(desk.book, actor=actor.name, action=action, subject=subject, detail=detail)


def _json(sheet: Sheet) -> dict[str, Any]:
    from launch.quality.showing import sheet_json

    return sheet_json(sheet)
