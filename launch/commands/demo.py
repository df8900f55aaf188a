"""`thirdring demo`: simulated callers on the real server, live in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import ConfigError
from launch.options import DEFAULT_STATE, StateOption


def register(app: typer.Typer) -> None:
    """Add `demo`."""
    app.command()(demo)


def demo(
    state: StateOption = DEFAULT_STATE,
    callers: Annotated[
        int, typer.Option("--callers", metavar="N", help="How many call at once, 1 to 99.")
    ] = 8,
    lang: Annotated[
        str,
        typer.Option("--lang", metavar="zh|en", help="Language of the screen. [the terminal's]"),
    ] = "",
    offer: Annotated[
        bool, typer.Option(help="Offer the live screen at the end, on a terminal.")
    ] = True,
) -> None:
    """Let simulated callers ring the real server: FastAGI, ears, ledger, rules. Under a minute.

    Exit code 0 when every call ended as expected, else 1 and what differed.
    """
    from rich.console import Console

    from launch import loops
    from launch.demo.callers import choose
    from launch.demo.report import report
    from launch.demo.run import hold, log_to
    from softphone_panel.texts import Language, language_of

    if lang and lang not in tuple(Language):
        raise ConfigError(f"--lang {lang}: write one of {', '.join(Language)}")
    lang = lang or language_of()
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        # A pipe has no edge to fold at.
        console = Console(highlight=False, markup=False, emoji=False, width=160)
    chosen = choose(callers)
    place = _free_place(state, lang)
    log_to(place / "logs" / "demo.log")
    held = loops.run(hold(place, chosen, lang, console))
    code = report(held.calls, held.seconds, place, lang, console)
    if offer and console.is_terminal and sys.stdin.isatty():
        _offer(place, lang)
    raise typer.Exit(code)


def _free_place(state: Path, lang: str) -> Path:
    """The state folder itself, or one below it while a server writes to its ledger."""
    from launch.commands.panel import is_served
    from launch.demo.texts import word

    if not is_served(state):
        return state
    own = state / "demo"
    typer.echo(word("busy", lang, state=state, own=own))
    return own


def _offer(state: Path, lang: str) -> None:
    from launch.commands.panel import open_watch
    from launch.demo.texts import word

    if typer.confirm(word("offer", lang), default=False):
        open_watch(state, lang)
