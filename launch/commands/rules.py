"""`thirdring rules`: the house rules, and which of them a call kept, with the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.settings.site import PROJECT
from launch.telling.list_texts import text
from launch.telling.tables import cell, head, print_table
from launch.telling.wording import terminal_language

if TYPE_CHECKING:
    from callflow.rules.monitor import Evidence, Rule, RuleSet, Verdict
    from callflow.rules.state import Due

LIST, JUDGE = "list", "judge"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rules)


def rules(
    call_id: Annotated[
        str,
        typer.Argument(
            metavar="CALL_ID|RULE|list|judge",
            help="The call, or how its id begins; a rule, such as A05, tells that rule; `list`, or "
            "nothing, lists them all; "
            "`judge` judges every call that is over and was not judged.",
            show_default=False,
        ),
    ] = LIST,
    state: StateOption = DEFAULT_STATE,
    scripts: Annotated[
        Path, typer.Option(help="Folder of the house rules.", show_default=False)
    ] = PROJECT / "scripts",
    again: Annotated[
        bool, typer.Option("--again", help="With judge: also calls judged by other rules.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the house rules, or say of each whether a call kept it and which events show it.

    A running server judges every call when it is over; `judge` is for what was left, and needs
    the server to be stopped.
    """
    from callflow.house import House

    house_rules = House.load(scripts).rules
    if call_id == LIST:
        _list(tuple(house_rules), as_json=as_json)
    elif call_id in house_rules:
        _list((house_rules[call_id],), as_json=as_json)
    elif call_id == JUDGE:
        _judge_all(house_rules, state, again=again, as_json=as_json)
    else:
        _judge(call_id, house_rules, state, as_json=as_json)


def _judge(call_id: str, house_rules: RuleSet, state: Path, *, as_json: bool) -> None:
    from callflow.rules.monitor import score
    from ledger.opening import LEDGER_FILE
    from ledger.reader import LedgerReader

    with LedgerReader(state / LEDGER_FILE) as reader:
        call = reader.call(call_id)
        events = reader.events(call.id)
    verdicts = score(events, house_rules)
    if as_json:
        print_json({"call": call.id, "rules": [as_row(verdict) for verdict in verdicts]})
    else:
        _show(call.id, verdicts)


def _judge_all(house_rules: RuleSet, state: Path, *, again: bool, as_json: bool) -> None:
    from launch.quality.judging import judge_all
    from launch.telling.progress import with_bar
    from ledger.opening import LEDGER_FILE

    path = state / LEDGER_FILE
    report = judge_all(
        path,
        house_rules,
        again=again,
        shown=lambda ids: with_bar(ids, text("judging"), quiet=as_json),
    )
    if as_json:
        print_json(asdict(report))
    elif not report.judged:
        typer.echo(text("all_judged", path=path))
    else:
        typer.echo(text("judged", count=report.judged, broke=report.broke))


def _list(house_rules: Sequence[Rule], *, as_json: bool) -> None:
    rows = [as_rule_row(rule) for rule in house_rules]
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo(text("no_rules"))
        return
    from rich.table import Table

    lang = terminal_language()
    table = Table(*map(head, ("rule", "title", "must", "judged_how")), title=head("rules"))
    for rule, row in zip(house_rules, rows, strict=True):
        alone = row["text"].get(lang, "") if len(rows) == 1 else ""
        title = "\n".join(filter(None, [row["title"][lang], alone]))
        table.add_row(row["rule"], title, cell("must") if row["must"] else "-", _how(rule, row))
    print_table(table)


def _how(rule: Rule, row: Mapping[str, Any]) -> str:
    only = [cell(f"{rule.direction}_calls")] if rule.direction else []
    only += [cell("only_flow", flows=", ".join(row["flows"]))] if rule.flows else []
    only += [cell(f"spoken_by_{rule.performer}")] if rule.performer else []
    scope = [cell("scope", only=cell("and").join(only))] if only else []
    by = []
    if row["judged_by"]:
        reason = row["reason"].get(terminal_language(), "")
        by = [cell("judged_by", who=cell.known(row["judged_by"]), why=reason)]
    return "\n".join([*scope, *_patterns(rule, row), *by])


def _patterns(rule: Rule, row: Mapping[str, Any]) -> list[str]:
    if terminal_language() == "en":
        return list(row["patterns"])
    from qa.answering.rule_words import pattern_in_chinese

    return [pattern_in_chinese(pattern) for pattern in rule.patterns]


def as_rule_row(rule: Rule) -> dict[str, Any]:
    """A rule as JSON-ready values; `patterns` are told in words."""
    from callflow.rules.telling import told

    return {
        "rule": rule.id,
        "title": dict(rule.title),
        "text": dict(rule.text),
        "must": rule.must,
        "decidable": rule.decidable,
        "direction": rule.direction,
        "flows": sorted(rule.flows),
        "performer": rule.performer,
        "patterns": [told(pattern) for pattern in rule.patterns],
        "judged_by": rule.judged_by,
        "reason": dict(rule.reason),
    }


def as_row(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON-ready values."""
    return {
        "rule": verdict.rule.id,
        "title": dict(verdict.rule.title),
        "verdict": verdict.status.value,
        "why": verdict.why,
        "evidence": [asdict(item) for item in verdict.evidence],
        "due": [asdict(item) for item in verdict.due],
    }


def _show(call_id: str, verdicts: Sequence[Verdict]) -> None:
    from rich.table import Table

    title = head("rules_on", call=call_id)
    table = Table(*map(head, ("rule", "title", "verdict", "evidence")), title=title)
    for verdict in verdicts:
        lines = [why] if (why := _why(verdict)) else []
        lines += [_evidence(item) for item in verdict.evidence]
        lines += [_due(item) for item in verdict.due]
        name = verdict.rule.title[terminal_language()]
        table.add_row(verdict.rule.id, name, cell(f"rule_{verdict.status}"), "\n".join(lines))
    print_table(table)


def _why(verdict: Verdict) -> str:
    from qa.answering.rule_words import verdict_why

    if verdict.rule.decidable or terminal_language() == "en":
        return verdict_why(verdict, terminal_language())
    return cell("not_decidable", why=verdict.rule.reason.get("zh", ""))


def _evidence(item: Evidence) -> str:
    from qa.answering.rule_words import event_in

    at = cell("seconds", seconds=f"{item.offset_ms / 1000:.2f}")
    return f"#{item.seq} {at} {event_in(item.what, terminal_language())}"


def _due(item: Due) -> str:
    from qa.answering.rule_words import in_chinese

    low = "" if item.not_before_ms is None else _at("not_before", item.not_before_ms)
    high = "" if item.by_ms is None else _at("by", item.by_ms)
    what = in_chinese(item.what) if terminal_language() == "zh" else item.what
    return cell("rule_due", what=what, low=low, high=high)


def _at(key: str, ms: int) -> str:
    return cell(key, seconds=f"{ms / 1000:.2f}")
