"""`thirdring console`: the web console alone, over the state folder of a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from launch.options import DEFAULT_STATE, StateOption
from launch.telling.reply_texts import reply

if TYPE_CHECKING:
    from launch.settings.site import Settings

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings (TOML) over the defaults."),
]


def console(
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Instead of console.port; 0 takes a free one."),
    ] = None,
) -> None:
    """Replay and score calls in a browser, with or without a running server; ctrl-c ends.

    Reads the ledger, writes the quality book. `thirdring serve` starts one by itself.
    """
    from launch import loops
    from launch.logs import set_up_logs
    from launch.settings.site import load_settings

    settings = load_settings(config)
    set_up_logs(settings.log_level)
    if port is not None:
        changed = settings.console.model_copy(update={"port": port})
        settings = settings.model_copy(update={"console": changed})
    loops.run(_serve(settings, state.resolve()))


async def _serve(settings: Settings, state: Path) -> None:
    from launch import loops
    from launch.console.room import open_console_room
    from launch.console.server import address_of, listen, serve_console

    with open_console_room(settings, state) as room:
        bound = listen(settings.console)
        typer.echo(reply("console_alone", address=address_of(bound, settings.console)), err=True)
        if not room.book.accounts():
            typer.echo(reply("nobody_yet"), err=True)
        await serve_console(room, settings.console, bound, loops.told_to_stop)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(console)
