"""`thirdring` as a person types it, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import typer
from typer.testing import CliRunner, Result

from launch.__main__ import build


def thirdring(
    *words: str | Path, env: Mapping[str, str] | None = None, catch_exceptions: bool = True
) -> Result:
    """What `thirdring WORDS` did."""
    typed = [str(word) for word in words]
    return CliRunner().invoke(_part(typed[0]), typed, env=env, catch_exceptions=catch_exceptions)


@cache
def _part(name: str) -> typer.Typer:
    """One command or group of the whole: typer reads the signatures of all at every run."""
    whole, part = build(), typer.Typer()
    part.callback()(lambda: None)
    part.registered_groups = [group for group in whole.registered_groups if group.name == name]
    part.registered_commands = [
        command
        for command in whole.registered_commands
        if name in (command.name, getattr(command.callback, "__name__", ""))
    ]
    return part
