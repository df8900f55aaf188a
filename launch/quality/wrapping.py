"""Text for a terminal as wide as it is: broken between words, never inside one."""

from __future__ import annotations

import shutil
import sys

import typer

_LEAST = 20


def tell(text: str, *, indent: int = 0, bold: bool = False) -> None:
    """Print `text`, each of its lines `indent` cells in. What is no terminal gets one line."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for line in wrapped(text, width - indent):
        typer.secho(" " * indent + line, bold=bold)


def wrapped(text: str, cells: int) -> list[str]:
    """`text` in lines of at most `cells` cells, a Chinese character two; whole under 20 cells."""
    from rich.console import Console
    from rich.text import Text

    if cells < _LEAST:
        return [text]
    return [line.plain.rstrip() for line in Text(text).wrap(Console(width=cells), cells)]
