"""`thirdring check`: every problem of a folder of flows, each with file, line and remedy."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from launch.options import JsonOption, print_json
from launch.settings import PROJECT


def check(
    scripts: Annotated[Path, typer.Argument(help="Folder of flows and lines.")] = PROJECT
    / "scripts",
    as_json: JsonOption = False,
) -> None:
    """Check all flows and lines of a folder; exit 1 when anything is wrong."""
    from callflow.house import House
    from calls.errors import FlowFileError

    try:
        house = House.load(scripts)
    except FlowFileError as error:
        if as_json:
            print_json([asdict(problem) for problem in error.problems])
        else:
            typer.echo("\n".join(str(problem) for problem in error.problems))
            typer.echo(f"{len(error.problems)} wrong in {scripts}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        print_json([])
        return
    steps = sum(len(flow.steps) for flow in house.flows.values())
    typer.echo(f"{len(house.flows)} flows, {steps} steps, {len(house.lines)} lines: all right")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)
