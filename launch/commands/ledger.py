"""`thirdring ledger`: prove that nobody changed it, make its projections anew."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.proof_texts import detail_text, findings, found_word, proof
from launch.telling.wording import in_line

if TYPE_CHECKING:
    from ledger.heads import HeadFinding
    from ledger.verify import Report

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
    from launch.evidence.all_heads import read_file
    from ledger.heads import head_findings
    from ledger.opening import LEDGER_FILE
    from ledger.verify import verify as check

    kept = read_file(head) if head is not None else None
    with _status(proof("at_work"), quiet=as_json):
        report = check(state / LEDGER_FILE)
        against = head_findings(state / LEDGER_FILE, kept.ledger) if kept is not None else []
    if as_json:
        print_json({**asdict(report), "head_findings": [asdict(one) for one in against]})
    else:
        _tell(report, against)
    if report.findings or against:
        raise typer.Exit(1)


def _tell(report: Report, against: list[HeadFinding]) -> None:
    for one in report.findings:
        whose = proof("call", id=one.call_id) if one.call_id else ""
        whose = proof("agent", id=one.agent) if one.agent else whose
        typer.echo(in_line(found_word(one.what), whose, detail_text(one.detail)))
    for other in against:
        typer.echo(in_line(found_word(other.what), detail_text(other.detail)))
    count = len(report.findings) + len(against)
    verdict = findings(count) if count else proof("all_as_written")
    calls, events = report.calls, report.events
    typer.echo(proof("ledger", calls=calls, events=events, verdict=verdict, head=report.head))
    for note in report.notes:
        typer.echo(proof("note", note=detail_text(note)), err=True)
    if report.floor_events:
        typer.echo(proof("floor", facts=report.floor_events, head=report.floor_head))


@group.command()
def head(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write them there.")
    ] = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Make the heads of ledger, floor and quality book: keep them where nobody here can write."""
    from launch.evidence.all_heads import as_json as told
    from launch.evidence.all_heads import make_heads
    from recorder.disk import write_whole

    with _status(proof("reading"), quiet=as_json):
        made = make_heads(state)
    if to is not None:
        text = json.dumps(told(made), ensure_ascii=False) + "\n"
        write_whole(to, text.encode(), 0o644)
    if as_json or to is None:
        print_json(told(made))
    else:
        calls, floor = made.ledger.calls, made.ledger.floor
        key = "heads_and_book" if made.quality else "heads"
        typer.echo(proof(key, file=to, calls=calls.rows, floor=floor.rows))


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
    with _status(proof("retelling"), quiet=as_json):
        told = make(state / LEDGER_FILE)
        if (state / QUALITY_FILE).exists():
            with QualityBook.open(state / QUALITY_FILE) as book:
                quality = make_quality(book)
    if as_json:
        print_json({"calls": told} | ({"quality": quality} if quality else {}))
        return
    typer.echo(proof("rebuilt", count=told))
    if quality:
        typer.echo(proof("rebuilt_book", count=quality))


def _status(text: str, *, quiet: bool) -> AbstractContextManager[object]:
    from rich.console import Console

    return nullcontext() if quiet else Console(stderr=True).status(text)
