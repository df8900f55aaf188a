"""`thirdring ledger ship|status`: the node's facts in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from launch.commands.ledger import group
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.proof_texts import detail_text, found_word, proof
from launch.telling.wording import in_line

if TYPE_CHECKING:
    from launch.settings.site import Settings
    from ledger.postgres.shipper import Shipper, Standing
    from ledger.verify import Report

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings (TOML) over the defaults."),
]


def register(app: typer.Typer) -> None:
    """Add both to the group `ledger`."""
    group.command()(ship)
    group.command()(status)


def ship(
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    once: Annotated[
        bool, typer.Option("--once", help="Until all there is was shipped; else go on.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the rows there anew from the facts there.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ship the node's facts into the database of ledger.url; `serve` does it by itself."""
    settings = _settings(config)
    with _shipper(settings, state) as shipper:
        behind = _progress(shipper, quiet=as_json)
        told = _rebuild(settings) if rebuild else None
        while not once:
            shipper.wait()
            behind += shipper.ship()
    if as_json:
        print_json({"shipped": behind} | ({} if told is None else {"calls": told}))
        return
    typer.echo(proof("shipped", count=behind))
    if told is not None:
        typer.echo(proof("told_there", count=told))


def status(
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check every chain and row there, too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell how far the database is behind this node; exit 1 when it refused or lost something."""
    from launch.settings.site import load_settings

    settings = load_settings(config)
    if not settings.ledger.url:
        print_json({"url": ""}) if as_json else typer.echo(proof("no_address"))
        return
    with _shipper(settings, state) as shipper:
        standing = shipper.standing()
    report = _verified(settings) if verify else None
    if as_json:
        print_json(asdict(standing) | ({"verify": asdict(report)} if report else {}))
    else:
        _tell(standing, report)
    if standing.refused or (report and report.findings):
        raise typer.Exit(1)


def _tell(standing: Standing, report: Report | None) -> None:
    waiting = standing.behind + standing.floor_behind
    last = standing.shipped_at or proof("never")
    key = "standing_behind" if waiting else "standing"
    typer.echo(proof(key, node=standing.node, count=waiting, last=last))
    if standing.refused:
        typer.echo(proof("turned_away", count=standing.refused))
    for one in report.findings if report else ():
        typer.echo(
            f"{in_line(found_word(one.what), one.call_id or one.agent)} {detail_text(one.detail)}"
        )
    if report and not report.findings:
        typer.echo(proof("good_there", calls=report.calls, events=report.events))


def _settings(config: Path | None) -> Settings:
    from calls.errors import ConfigError
    from launch.settings.site import load_settings

    settings = load_settings(config)
    if not settings.ledger.url:
        raise ConfigError(f"ledger.url is empty. {proof('no_address', 'en')}")
    return settings


def _shipper(settings: Settings, state: Path) -> Shipper:
    from launch.logs import set_up_logs
    from launch.serving.shipping import make_shipper

    set_up_logs("info")  # of a database that is brought to this version, how far it has come
    return make_shipper(settings, state)


def _progress(shipper: Shipper, *, quiet: bool) -> int:
    from rich.console import Console
    from rich.progress import Progress

    shipped = 0
    with Progress(console=Console(stderr=True), disable=quiet, transient=True) as shown:
        standing = shipper.standing()
        bar = shown.add_task(proof("shipping"), total=standing.behind + standing.floor_behind)
        while step := shipper.ship_step():
            shipped += step
            shown.advance(bar, step)
    return shipped


def _rebuild(settings: Settings) -> int:
    from ledger.verify import rebuild

    return rebuild(settings.ledger.url)


def _verified(settings: Settings) -> Report:
    from ledger.verify import verify

    return verify(settings.ledger.url)
