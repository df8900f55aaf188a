"""`thirdring qa`: the work of QA in the terminal."""

from __future__ import annotations

import typer

group = typer.Typer(
    no_args_is_help=True,
    help="QA: draw calls, score them, answer disputes, calibrate. See docs/qa.md.",
)
