"""`thirdring ledger`: prove that nobody changed it, make its projections anew."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json

group = typer.Typer(no_args_is_help=True, help="Verify the ledger, rebuild its projections.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="ledger")


@group.command()
def verify(
    head: Annotated[
        Path | None,
        typer.Option("--head", metavar="FILE", help="Heads that were kept elsewhere."),
    ] = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Name every event that was edited, cut, swapped or taken out; exit 1 when there is any.

    With heads that `ledger head` wrote and that were kept elsewhere, a ledger that was rewritten
    from end to end shows, too. `thirdring verify` looks at everything else as well.
    """
    from launch.all_heads import read_file
    from ledger.heads import head_findings
    from ledger.opening import LEDGER_FILE
    from ledger.verify import verify as check

    kept = read_file(head) if head is not None else None
    with _status("Checking every chain", quiet=as_json):
        report = check(state / LEDGER_FILE)
        against = head_findings(state / LEDGER_FILE, kept.ledger) if kept is not None else []
    if as_json:
        print_json({**asdict(report), "head_findings": [asdict(one) for one in against]})
    else:
        for finding in report.findings:
            where = f"call {finding.call_id}: " if finding.call_id else ""
            where = f"agent {finding.agent}: " if finding.agent else where
            typer.echo(f"{finding.what}: {where}{finding.detail}")
        for one in against:
            typer.echo(f"{one.what}: {one.detail}")
        found = len(report.findings) + len(against)
        verdict = f"{found} finding{'s' * (found > 1)}" if found else "all as written"
        typer.echo(f"{report.calls} calls, {report.events} events: {verdict}; head {report.head}")
        for note in report.notes:
            typer.echo(f"note: {note}", err=True)
        if report.floor_events:
            typer.echo(f"{report.floor_events} facts of the floor; head {report.floor_head}")
    if report.findings or against:
        raise typer.Exit(1)


@group.command()
def head(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write them there.")
    ] = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Make the heads of ledger, floor and quality book: keep them where nobody here can write."""
    from launch.all_heads import as_json as told
    from launch.all_heads import make_heads
    from recorder.disk import write_whole

    with _status("Reading every hash", quiet=as_json):
        made = make_heads(state)
    if to is not None:
        text = json.dumps(told(made), ensure_ascii=False) + "\n"
        write_whole(to, text.encode(), 0o644)
    if as_json or to is None:
        print_json(told(made))
    else:
        calls, floor = made.ledger.calls, made.ledger.floor
        typer.echo(
            f"{to}: heads over {calls.rows} rows of calls, {floor.rows} of the floor"
            f"{' and the quality book' if made.quality else ''}; keep it on another machine"
        )


@group.command()
def rebuild(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Make the tables of calls, recordings, evaluations and accounts anew; stop `serve` before."""
    from launch.logs import set_up_logs
    from ledger.opening import LEDGER_FILE
    from ledger.quality.book import QualityBook
    from ledger.quality.opening import QUALITY_FILE
    from ledger.quality.verify import rebuild as make_quality
    from ledger.verify import rebuild as make

    set_up_logs("info")  # how far it has come
    quality = 0
    with _status("Telling every call again", quiet=as_json):
        told = make(state / LEDGER_FILE)
        if (state / QUALITY_FILE).exists():
            with QualityBook.open(state / QUALITY_FILE) as book:
                quality = make_quality(book)
    if as_json:
        print_json({"calls": told} | ({"quality": quality} if quality else {}))
        return
    typer.echo(f"{told} calls told anew from their events.")
    if quality:
        typer.echo(f"{quality} evaluations and accounts told anew from their facts.")


def _status(text: str, *, quiet: bool) -> AbstractContextManager[object]:
    from rich.console import Console

    return nullcontext() if quiet else Console(stderr=True).status(text)
