"""`thirdring check`: every problem of folders of flows, each with its place and remedy."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from launch.options import JsonOption, print_json
from launch.settings.site import PROJECT

if TYPE_CHECKING:
    from launch.authoring.check_report import Checked
    from launch.settings.site import Settings


class Format(StrEnum):
    """How the problems are told."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


CANNOT_READ = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    scripts: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SCRIPTS", help="Folders of flows, lines, rules.", show_default="scripts"
        ),
    ] = None,
    as_json: JsonOption = False,
    form: Annotated[Format, typer.Option("--format", help="How the problems are told.")] = (
        Format.TEXT
    ),
    sarif: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write them as SARIF 2.1.0.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    sounds: Annotated[
        bool, typer.Option("--sounds/--no-sounds", help="Whether each line has its sound.")
    ] = True,
    silence: Annotated[
        float, typer.Option(metavar="S", min=0.5, help="So long a caller may hear nothing.")
    ] = 8.0,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Settings (TOML): names of files, services, destinations."
        ),
    ] = None,
) -> None:
    """Check all flows, lines, forms and rules of folders.

    Exit code 0: nothing wrong. 1: something is; with --strict a warning is enough. 2: a folder
    cannot be read.
    """
    from launch.settings.site import load_settings

    settings = load_settings(config)
    checked = [
        _checked(folder, settings, configured=config is not None, sounds=sounds, silence_s=silence)
        for folder in scripts or [PROJECT / "scripts"]
    ]
    _tell(checked, Format.JSON if as_json else form)
    if sarif is not None:
        text = json.dumps(_sarif(checked), ensure_ascii=False, indent=2)
        sarif.write_text(text, encoding="utf-8")
    raise typer.Exit(_exit_code(checked, strict))


def _checked(
    folder: Path, settings: Settings, *, configured: bool, sounds: bool, silence_s: float
) -> Checked:
    from callflow.house import examine, house_texts
    from calls.errors import FlowFileError
    from launch.authoring.check_outside import outside_of
    from launch.authoring.check_report import Checked

    folder = _short(folder)
    try:
        texts = house_texts(folder)
    except FlowFileError as error:
        return Checked(
            folder=str(folder),
            texts={},
            problems=error.problems,
            flows=0,
            steps=0,
            lines=0,
            unreadable=True,
        )
    outside = outside_of(
        settings.model_copy(update={"scripts": folder}),
        configured=configured,
        sounds=sounds,
        most_silence_ms=round(silence_s * 1000),
    )
    found = examine(texts, outside)
    return Checked(
        folder=str(folder),
        texts=texts,
        problems=found.problems,
        flows=len(found.parts.flows),
        steps=sum(len(flow.steps) for flow in found.parts.flows.values()),
        lines=len(found.parts.lines),
    )


def _short(folder: Path) -> Path:
    """Below the working directory without what leads to it, as an author writes paths."""
    whole, here = folder.absolute(), Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else folder


def _tell(checked: list[Checked], form: Format) -> None:
    from launch.authoring import check_report

    if form is Format.JSON:
        print_json(check_report.json_report(checked))
    elif form is Format.SARIF:
        print_json(_sarif(checked))
    elif form is Format.GITHUB:
        report = check_report.github_report(checked)
        typer.echo(report, nl=bool(report))
    else:
        typer.echo(check_report.text_report(checked))


def _sarif(checked: list[Checked]) -> dict[str, Any]:
    from launch.authoring.sarif import sarif_log

    return sarif_log(problem for one in checked for problem in one.problems)


def _exit_code(checked: list[Checked], strict: bool) -> int:
    if any(one.unreadable for one in checked):
        return CANNOT_READ
    return int(any(one.errors or (strict and one.warnings) for one in checked))
