"""`thirdring rules`: the house rules, and which of them a call kept, with the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.settings import PROJECT

if TYPE_CHECKING:
    from callflow.rules.monitor import Evidence, Rule, RuleSet, Verdict
    from callflow.rules.state import Due

LIST, JUDGE = "list", "judge"
_MARKS = {"kept": "kept", "broken": "BROKEN", "not_applicable": "-", "pending": "pending"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rules)


def rules(
    call_id: Annotated[
        str,
        typer.Argument(
            metavar="[CALL_ID|RULE|list|judge]",
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
    from launch.judging import judge_all
    from launch.progress import with_bar
    from ledger.opening import LEDGER_FILE

    path = state / LEDGER_FILE
    report = judge_all(
        path, house_rules, again=again, shown=lambda ids: with_bar(ids, "Judging", quiet=as_json)
    )
    if as_json:
        print_json(asdict(report))
    elif not report.judged:
        typer.echo(f"{path}: every call that is over was judged by these rules already")
    else:
        typer.echo(f"{report.judged} calls judged, {report.broke} of them broke a rule")


def _list(house_rules: Sequence[Rule], *, as_json: bool) -> None:
    rows = [as_rule_row(rule) for rule in house_rules]
    if as_json:
        print_json(rows)
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False)
    if not rows:
        console.print("No house rules yet: write them in house_rules.yaml beside the flows.")
        return
    table = Table(title="House rules")
    for heading in ("rule", "title", "must", "how it is judged"):
        table.add_column(heading)
    for row in rows:
        alone = [row["text"].get(language, "") for language in ("zh", "en") if len(rows) == 1]
        title = "\n".join(filter(None, [row["title"]["zh"], row["title"]["en"], *alone]))
        table.add_row(row["rule"], title, "must" if row["must"] else "-", _how(row))
    console.print(table)


def _how(row: Mapping[str, Any]) -> str:
    only = [row["direction"] and f"{row['direction']} calls"]
    only += [row["flows"] and f"flow {', '.join(row['flows'])}"]
    only += [row["performer"] and f"spoken by the {row['performer']}"]
    scope = [f"[{'; '.join(filter(None, only))}]"] if any(only) else []
    by = [f"by {row['judged_by']}: {row['reason']['en']}"] if row["judged_by"] else []
    return "\n".join([*scope, *row["patterns"], *by])


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
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"House rules on call {call_id}")
    for heading in ("rule", "title", "verdict", "evidence"):
        table.add_column(heading)
    for verdict in verdicts:
        lines = [verdict.why] if verdict.why else []
        lines += [_evidence(item) for item in verdict.evidence]
        lines += [_due(item) for item in verdict.due]
        title = f"{verdict.rule.title['zh']}\n{verdict.rule.title['en']}"
        table.add_row(verdict.rule.id, title, _MARKS[verdict.status], "\n".join(lines))
    Console(markup=False).print(table)


def _evidence(item: Evidence) -> str:
    return f"#{item.seq} {item.offset_ms / 1000:.2f} s {item.what}"


def _due(item: Due) -> str:
    low = "" if item.not_before_ms is None else f" from {item.not_before_ms / 1000:.2f} s"
    high = "" if item.by_ms is None else f" by {item.by_ms / 1000:.2f} s"
    return f"due: {item.what}{low}{high}"
