"""`thirdring qa`: the work of QA in the terminal; the commands are in `launch.quality`."""

from __future__ import annotations

import importlib

import typer

from launch.quality import group

_PARTS = ("working", "drawing", "responding", "calibrating")


def register(app: typer.Typer) -> None:
    """Add the group."""
    for part in _PARTS:
        importlib.import_module(f"launch.quality.{part}")
    app.add_typer(group, name="qa")
