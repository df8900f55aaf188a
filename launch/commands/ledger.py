"""`thirdring ledger`: prove that nobody changed it, make its projections anew."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json

group = typer.Typer(no_args_is_help=True, help="Verify the ledger, rebuild its projections.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="ledger")


@group.command()
def verify(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Name every event that was edited, cut, swapped or taken out; exit 1 when there is any.

    Keep the printed head elsewhere: with it, even a ledger rewritten from end to end shows.
    """
    from ledger.opening import LEDGER_FILE
    from ledger.verify import verify as check

    with _status("Checking every chain", quiet=as_json):
        report = check(state / LEDGER_FILE)
    if as_json:
        print_json(asdict(report))
    else:
        for finding in report.findings:
            where = f"call {finding.call_id}: " if finding.call_id else ""
            where = f"agent {finding.agent}: " if finding.agent else where
            typer.echo(f"{finding.what}: {where}{finding.detail}")
        verdict = f"{len(report.findings)} findings" if report.findings else "all as written"
        typer.echo(f"{report.calls} calls, {report.events} events: {verdict}; head {report.head}")
        if report.floor_events:
            typer.echo(f"{report.floor_events} facts of the floor; head {report.floor_head}")
    if report.findings:
        raise typer.Exit(1)


@group.command()
def rebuild(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Make the calls and recordings tables anew from the events; stop `serve` before."""
    from ledger.opening import LEDGER_FILE
    from ledger.verify import rebuild as make

    with _status("Telling every call again", quiet=as_json):
        told = make(state / LEDGER_FILE)
    if as_json:
        print_json({"calls": told})
    else:
        typer.echo(f"{told} calls told anew from their events.")


def _status(text: str, *, quiet: bool) -> AbstractContextManager[object]:
    from rich.console import Console

    return nullcontext() if quiet else Console(stderr=True).status(text)
