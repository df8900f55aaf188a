"""`thirdring verify`: everything that can prove itself, in one go."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.proof_texts import detail_text, findings, found_word, part_word, proof
from launch.telling.wording import in_line

if TYPE_CHECKING:
    from launch.evidence.verification import PartReport

HeadOption = Annotated[
    Path | None,
    typer.Option(
        "--head",
        metavar="FILE",
        help="Heads that were kept elsewhere (`ledger head --to FILE`).",
    ),
]


def verify(
    head: HeadOption = None, state: StateOption = DEFAULT_STATE, as_json: JsonOption = False
) -> None:
    """Name every edit, cut, swap or missing file of recordings, ledger, scores, flows and forms.

    Exit 1 when anything was found. With --head even a ledger that was rewritten whole shows.
    """
    from launch.evidence.all_heads import read_file
    from launch.evidence.verification import verify_all

    kept = read_file(head) if head is not None else None
    reports = []
    for report in verify_all(state, kept, quiet=as_json):
        reports.append(report)
        if not as_json:
            _tell(report)
    count = sum(len(report.found) for report in reports)
    if as_json:
        print_json({"findings": count, "parts": [asdict(report) for report in reports]})
    else:
        typer.echo(findings(count) if count else proof("all_good"))
        if kept is None:
            typer.echo(proof("no_head"), err=True)
    if count:
        raise typer.Exit(1)


def _tell(report: PartReport) -> None:
    verdict = findings(len(report.found)) if report.found else proof("good")
    typer.echo(in_line(part_word(report.part), detail_text(report.looked_at), verdict))
    for one in report.found:
        typer.echo(
            f"  {in_line(found_word(one.what), detail_text(one.where), detail_text(one.detail))}"
        )
    for note in report.notes:
        typer.echo(f"  {proof('not_proved', note=detail_text(note))}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)
