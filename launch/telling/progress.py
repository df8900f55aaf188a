"""A bar on the terminal's error stream while something long is counted down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

_T = TypeVar("_T")


def with_bar(
    items: Iterable[_T], what: str, *, total: int | None = None, quiet: bool = False
) -> Iterable[_T]:
    """`items` one by one, with a bar that goes when they end; none where nobody would see it.

    `total` is their number where they do not know it themselves.
    """
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    hidden = quiet or not console.is_terminal
    return track(items, what, total=total, console=console, transient=True, disable=hidden)
