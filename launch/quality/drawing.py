"""`thirdring qa` draw, draws, open, agreement: what is evaluated, and how the machine does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calls.errors import WorkError
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
from launch.quality.texts import method_word, word
from launch.telling.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.work.drawing import Drawn
    from qa.agreeing import Agreement
    from qa.rubric import Form, Question
    from qa.sampling import Plan

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
_Since = Annotated[
    datetime | None, typer.Option(help="Calls offered from then on, UTC.", formats=_FORMATS)
]
_Until = Annotated[
    datetime | None, typer.Option(help="Calls offered before, UTC.", formats=_FORMATS)
]
_By = Annotated[str, typer.Option(metavar="A,B", help="Strata by agent, queue, hour, outcome.")]
_WithIvr = Annotated[bool, typer.Option("--with-ivr", help="Also calls that no agent took.")]
_DAYS, _COUNT = 7, 5


class MethodName(StrEnum):
    """How calls are drawn."""

    RANDOM = "random"
    STRATIFIED = "stratified"
    RISK = "risk"


class SharesName(StrEnum):
    """How many each stratum gives."""

    PROPORTIONAL = "proportional"
    EQUAL = "equal"


@group.command()
def draw(
    count: Annotated[int, typer.Option(min=0, help="So many calls.")] = 0,
    method: Annotated[MethodName, typer.Option(help="How.")] = MethodName.RANDOM,
    per_agent: Annotated[int, typer.Option(min=0, help="At most so many of one agent.")] = 0,
    by: _By = "agent",
    shares: Annotated[SharesName, typer.Option(help="Of each stratum.")] = SharesName.PROPORTIONAL,
    least_s: Annotated[float, typer.Option(min=0, help="Leave shorter calls out.")] = 0,
    with_ivr: _WithIvr = False,
    mystery: Annotated[bool, typer.Option("--mystery", help="Only planned test calls.")] = False,
    form: Annotated[str, typer.Option(help="Another form than the usual one.")] = "",
    seed: Annotated[int | None, typer.Option(help="Draw with this seed.")] = None,
    since: _Since = None,
    until: _Until = None,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """Draw calls for evaluation, of the last 7 days unless told; the seed is kept.

    Random: any call alike. Stratified: so many of each agent, queue, hour or outcome. Risk: a call
    with the more chance, the more its facts ask to be looked at.
    """
    from console.work.drawing import DrawOrder

    wanted = {
        "method": method.value,
        "count": count or (0 if per_agent else _COUNT),
        "per_agent": per_agent,
        "by": by,
        "shares": shares.value,
        "least_ms": round(least_s * 1000),
        "agents_only": not with_ivr,
        "tag": "mystery" if mystery else "",
    }
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        end = _utc(until) or desk.clock.utc_now() + timedelta(seconds=1)
        begin = _utc(since) or end - timedelta(days=_DAYS)
        order = DrawOrder(plan=_plan(wanted), since=begin, until=end, form=form, seed=seed)
        drawn = desk.draw(actor, order)
    _tell_drawn(drawn, language(lang), mystery, as_json=as_json)


@group.command()
def draws(
    again: Annotated[
        str, typer.Option("--again", metavar="ID", help="Draw this one again and compare.")
    ] = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the draws there were; --again shows that one gives the same calls."""
    if not again and told_empty(state, config, language(""), as_json=as_json):
        return
    with open_desk(state, config) as desk:
        if again:
            found, same = desk.drawn_again(again)
            key, count = "drawn_alike" if same else "drawn_otherwise", len(found.picked)
            typer.echo(word(key, draw=again, count=count, population=found.population))
            raise typer.Exit(0 if same else 1)
        events = desk.draws()
    rows: list[dict[str, Any]] = [
        {
            "draw": event.stream.removeprefix("draw/"),
            "at": event.at,
            "by": event.actor,
            "method": event.data["method"],
            "seed": event.data["seed"],
            "population": event.data["population"],
            "population_digest": event.data["population_digest"],
            "picked": event.data["picked"],
            "settings": event.data["settings"],
        }
        for event in events
    ]
    if as_json:
        print_json(rows)
    elif not rows:
        typer.echo(word("no_draws"))
    for row in () if as_json else rows:
        typer.echo(_draw_line(row))


def _draw_line(row: dict[str, Any]) -> str:
    return word(
        "draw_row",
        draw=row["draw"],
        at=f"{row['at']:%Y-%m-%d %H:%M}",
        by=row["by"],
        method=method_word(row["method"]),
        seed=row["seed"],
        count=len(row["picked"]),
        population=row["population"],
    )


@group.command("open")
def open_(
    call: Annotated[str, typer.Argument(metavar="CALL", help="A call, or how its id begins.")],
    why: Annotated[str, typer.Option(help="Why this call.")],
    form: Annotated[str, typer.Option(help="Another form than the usual one.")] = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
) -> None:
    """Choose one call by hand to be evaluated; the reason is kept."""
    with open_desk(state, config) as desk:
        found = desk.open(acting(desk, name), call, why=why, form=form)
    typer.echo(word("opened", language(lang), id=found.id, call=found.call_id))


@group.command()
def agreement(
    form: Annotated[str, typer.Option(help="Which form; all versions of it.")] = "q04",
    since: _Since = None,
    until: _Until = None,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    name: AsOption = "",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """How often people leave the machine's answers as they are, question by question."""
    shown = language(lang)
    with open_desk(state, config) as desk:
        actor = acting(desk, name)
        known = desk.forms.current(form)
        found = desk.agreement(actor, known.name, since=_utc(since), until=_utc(until))
    if as_json:
        print_json([_agreement_json(each) for each in found.values()])
    elif not found:
        typer.echo(word("none_agreed", shown))
    else:
        _print_agreement([*found.values()], known, shown)


def _plan(wanted: dict[str, Any]) -> Plan:
    from qa.sampling import Method, Plan, Shares

    try:
        return Plan(
            **{
                **wanted,
                "method": Method(wanted["method"]),
                "shares": Shares(wanted["shares"]),
                "by": tuple(part.strip() for part in wanted["by"].split(",") if part.strip()),
            }
        )
    except ValueError as error:
        raise WorkError(str(error)) from None


def _utc(at: datetime | None) -> datetime | None:
    return at and at.replace(tzinfo=UTC)


def _drawn_json(drawn: Drawn) -> dict[str, Any]:
    return {
        "draw": drawn.id,
        "seed": drawn.draw.seed,
        "population": drawn.draw.population,
        "population_digest": drawn.draw.population_digest,
        "left_out": dict(drawn.draw.left_out),
        "picked": [
            {**each.data(), "evaluation": drawn.evaluations.get(each.call_id, "")}
            for each in drawn.draw.picked
        ],
    }


def _tell_drawn(drawn: Drawn, lang: str, mystery: bool, *, as_json: bool) -> None:
    if as_json:
        print_json(_drawn_json(drawn))
        return
    found = drawn.draw
    if not drawn.id:
        none = "no_mystery" if mystery else "none_drawn"
        typer.echo(word(none, lang, why=_left_out(found.left_out, lang, mystery=mystery)))
        return
    facts = {"id": drawn.id, "population": found.population, "seed": found.seed}
    typer.echo(word("drawn", lang, count=len(found.picked), **facts))
    for each in found.picked:
        why = each.why.get(lang, "")
        typer.echo(f"  {drawn.evaluations[each.call_id]}  {each.call_id}  {each.agent}  {why}")


def _left_out(counts: Mapping[str, int], lang: str, *, mystery: bool) -> str:
    """How many calls were no candidates, and why."""
    if not counts:
        return word("no_calls", lang)
    keys = {"apart": "left_ordinary"} if mystery else {}
    told = (word(keys.get(name, f"left_{name}"), lang, count=n) for name, n in counts.items())
    return word("semicolon", lang).join(told)


def _agreement_json(each: Agreement) -> dict[str, Any]:
    return {
        "question": each.question,
        "count": each.count,
        "agreed": each.agreed,
        "share": each.share,
        "kappa": each.kappa,
        "enough": each.enough,
        "overruled": [
            {"machine": machine, "human": human, "count": count}
            for (machine, human), count in each.overruled.items()
        ],
        "evaluations": each.evaluations,
    }


def _print_agreement(found: list[Agreement], form: Form, lang: str) -> None:
    from rich.table import Table

    heads = ("question", "checked", "agreed", "share", "overruled")
    names = [word(key, lang) for key in heads]
    table = Table(*names[:4], "κ", names[4])
    known = {question.name: question for question in form.questions()}
    for each in found:
        question = known.get(each.question)
        share = "" if each.share is None else f"{each.share:.0%}"
        few = "" if each.enough else word("few", lang)
        overruled = ", ".join(
            f"{_titled(question, machine, lang)} → {_titled(question, human, lang)} {count}"
            for (machine, human), count in each.overruled.items()
        )
        table.add_row(
            question.title.get(lang, each.question) if question is not None else each.question,
            str(each.count),
            str(each.agreed),
            f"{share}{few}",
            "" if each.kappa is None else f"{each.kappa:.2f}",
            overruled,
        )
    print_table(table)


def _titled(question: Question | None, answer: str, lang: str) -> str:
    from launch.quality.showing import answer_title

    return answer if question is None else answer_title(question, answer, lang)
