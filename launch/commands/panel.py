"""`thirdring panel`: the terminal screens."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import ConfigError
from launch.options import DEFAULT_STATE, StateOption

LanguageOption = Annotated[
    str,
    typer.Option(
        "--lang", metavar="zh|en", help="Language of the screen's own words. [the terminal's]"
    ),
]


def register(app: typer.Typer) -> None:
    """Add `panel`."""
    app.command()(panel)


def panel(
    state: StateOption = DEFAULT_STATE,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show the floor: live calls, lines, clocks.")
    ] = False,
    lang: LanguageOption = "",
) -> None:
    """Watch the floor in the terminal: live calls, what is said and heard, the clocks that run."""
    if not watch:
        raise ConfigError("panel: say which screen; `thirdring panel --watch` shows the floor")
    open_watch(state, lang)


def open_watch(state: Path, lang: str = "") -> None:
    """Run the watch screen until the person leaves it. Raises ConfigError for a bad language."""
    from softphone_panel.texts import Language, language_of
    from softphone_panel.watch.app import WatchApp
    from softphone_panel.watch.ledger_feed import LedgerFeed

    if lang and lang not in tuple(Language):
        raise ConfigError(f"--lang {lang}: write one of {', '.join(Language)}")
    language = Language(lang) if lang else language_of()
    feed = LedgerFeed(state, is_served=lambda: is_served(state))
    WatchApp(feed, language=language).run()


def is_served(state: Path) -> bool:
    """Whether `serve.json` of the state folder names a process that lives."""
    try:
        pid = json.loads((state / "serve.json").read_text(encoding="utf-8"))["pid"]
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return isinstance(pid, int)
