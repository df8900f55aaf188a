"""`thirdring rules`: which house rules a call kept, with the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.settings import PROJECT

if TYPE_CHECKING:
    from callflow.rules.monitor import Evidence, Verdict
    from callflow.rules.state import Due

_MARKS = {"kept": "kept", "broken": "BROKEN", "not_applicable": "-", "pending": "pending"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rules)


def rules(
    call_id: Annotated[
        str, typer.Argument(metavar="CALL_ID", help="The call, or how its id begins.")
    ],
    state: StateOption = DEFAULT_STATE,
    scripts: Annotated[
        Path, typer.Option(help="Folder of the house rules.", show_default=False)
    ] = PROJECT / "scripts",
    as_json: JsonOption = False,
) -> None:
    """Say of every house rule whether a call kept it, and which events show it."""
    from callflow.house import House
    from callflow.rules.monitor import score
    from ledger.opening import LEDGER_FILE
    from ledger.reader import LedgerReader

    house_rules = House.load(scripts).rules
    with LedgerReader(state / LEDGER_FILE) as reader:
        call = reader.call(call_id)
        events = reader.events(call.id)
    verdicts = score(events, house_rules)
    if as_json:
        print_json({"call": call.id, "rules": [as_row(verdict) for verdict in verdicts]})
    else:
        _show(call.id, verdicts)


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
