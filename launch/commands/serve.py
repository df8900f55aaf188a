"""`thirdring serve`: everything that answers calls, in one process tree."""

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


def serve(state: StateOption = DEFAULT_STATE, config: ConfigOption = None) -> None:
    """Answer calls: FastAGI, ears, ledger, recorder and web console; SIGTERM ends it cleanly.

    Refuses to start with every problem of the flows, or when the ports or the ledger are taken.
    """
    from launch import loops
    from launch.logs import set_up_logs
    from launch.settings.site import load_settings

    settings = load_settings(config)
    set_up_logs(settings.log_level)
    loops.run(_serve(settings, state))


async def _serve(settings: Settings, state: Path) -> None:
    from datetime import timedelta

    from launch import loops
    from launch.console.child import console_beside
    from launch.serving.kept_heads import heads_kept
    from launch.serving.server import serving, tell_console

    def told(address: str) -> None:
        tell_console(state, address)
        if address:
            typer.echo(reply("console_on", address=address), err=True)

    every = timedelta(hours=settings.ledger.heads_every_h)
    async with (
        serving(settings, state) as running,
        console_beside(settings, state, told),
        heads_kept(settings.ledger.heads, state.resolve(), every),
    ):
        host, port = running.agi_address
        flows, ledger = ", ".join(running.flows), running.ledger_path
        typer.echo(reply("answering", host=host, port=port, flows=flows, ledger=ledger), err=True)
        name = await loops.told_to_stop()
        typer.echo(reply("stopping", signal=name), err=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)
