"""`thirdring panel`: the terminal screens."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.errors import ConfigError
from launch.options import DEFAULT_STATE, StateOption

if TYPE_CHECKING:
    from softphone_panel.watch.app import WatchApp

LanguageOption = Annotated[
    str,
    typer.Option(
        "--lang", metavar="zh|en", help="Language of the screen's own words. [the terminal's]"
    ),
]


AgentOption = Annotated[
    str, typer.Option("--agent", metavar="NUMBER", help="The panel of this agent.")
]
DeskOption = Annotated[
    str,
    typer.Option(
        "--desk", metavar="HOST:PORT", help="The desk. [that of `thirdring serve` on --state]"
    ),
]
TokenOption = Annotated[
    str,
    typer.Option(
        "--token",
        metavar="TOKEN",
        envvar="THIRDRING_TOKEN",
        help="The agent's token. [from tokens.json of --state]",
        show_envvar=True,
    ),
]
KeysOption = Annotated[
    Path | None,
    typer.Option(
        "--keys", metavar="FILE", help="Your own keys (TOML). [~/.config/thirdring/panel.toml]"
    ),
]
PhoneOption = Annotated[
    str,
    typer.Option(
        "--phone",
        metavar="DEVICE",
        help="Answer in the panel itself, with this headset: `alsa,default`. "
        "[any SIP phone beside it]",
    ),
]
SipOption = Annotated[
    str,
    typer.Option(
        "--sip", metavar="HOST:PORT", help="Exchange of the built-in phone. [that of --state]"
    ),
]


ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Settings (TOML) over the defaults; of the floor, for `[house] timezone`.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add `panel`."""
    app.command()(panel)


def panel(
    state: StateOption = DEFAULT_STATE,
    agent: AgentOption = "",
    desk: DeskOption = "",
    token: TokenOption = "",
    keys: KeysOption = None,
    phone: PhoneOption = "",
    sip: SipOption = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Show the floor: live calls, lines, clocks.")
    ] = False,
    lang: LanguageOption = "",
    config: ConfigOption = None,
) -> None:
    """An agent's panel (--agent), or the floor as the ledger tells it (--watch)."""
    if watch:
        open_watch(state, lang, config)
    elif agent:
        from launch.agent_panel import Seat, open_panel

        open_panel(
            Seat(agent=agent, state=state, desk=desk, token=token, headset=phone, sip=sip),
            keys=keys,
            lang=lang,
        )
    else:
        raise ConfigError(
            "panel: say which screen; `thirdring panel --agent 801` is an agent's, "
            "`thirdring panel --watch` shows the floor"
        )


def open_watch(state: Path, lang: str = "", config: Path | None = None) -> None:
    """Run the watch screen until the person leaves it.

    Raises ConfigError for a bad language or bad settings.
    """
    watch_screen(state, lang, config).run()


def watch_screen(state: Path, lang: str = "", config: Path | None = None) -> WatchApp:
    """The watch screen; its days and times are those of the house (`[house] timezone`).

    Raises ConfigError for a bad language or bad settings.
    """
    from launch.settings.site import load_settings
    from softphone_panel.texts import Language, language_of
    from softphone_panel.watch.app import WatchApp
    from softphone_panel.watch.ledger_feed import LedgerFeed

    if lang and lang not in tuple(Language):
        raise ConfigError(f"--lang {lang}: write one of {', '.join(Language)}")
    language = Language(lang) if lang else language_of()
    zone = load_settings(config).house.zone
    feed = LedgerFeed(state, is_served=lambda: is_served(state), timezone=zone)
    return WatchApp(feed, language=language, timezone=zone)


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
