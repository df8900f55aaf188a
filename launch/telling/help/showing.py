"""Help as it is shown: in the terminal's language, every bracket a bracket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from launch.telling.help.catalogue import said
from launch.telling.help.exchanging import exchanged
from launch.telling.help.frame import PIECES, TYPES, framed


@contextmanager
def shown(command: Any, ctx: Any, language: str) -> Iterator[None]:
    """Inside, the help of `command` reads as a terminal in `zh` or `en` shows it."""
    subcommands = list(getattr(command, "commands", {}).values())
    with ExitStack() as kept:
        kept.enter_context(framed(language))
        for one in (command, *subcommands, *command.get_params(ctx)):
            for name in ("help", "short_help"):
                text = getattr(one, name, None)
                if text:
                    kept.enter_context(exchanged(one, name, _plain(said(text, language))))
        if language == "zh":
            for param in command.get_params(ctx):
                kept.enter_context(_typed(param, ctx))
        yield


@contextmanager
def _typed(param: Any, ctx: Any) -> Iterator[None]:
    kind = param.display_type_rich(ctx=ctx)
    with exchanged(param, "display_type_rich", lambda ctx: TYPES.get(kind, kind)):
        yield


def _plain(text: str) -> str:
    # typer reads help as rich's markup: `[today]` would be a style of that name, and not shown.
    from rich.markup import escape

    return escape(text)


def usage_pieces(pieces: list[str], language: str) -> str:
    """What follows the command in a line of usage."""
    return " ".join(PIECES.get(one, one) if language == "zh" else one for one in pieces)
