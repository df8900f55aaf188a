"""`thirdring pbx`: a real Asterisk with `asterisk-conf/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.reply_texts import reply

if TYPE_CHECKING:
    from launch.pbx.options import PbxOptions

pbx = typer.Typer(
    help="Run a real Asterisk with asterisk-conf/: an installed one, or one set up in a folder.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add `pbx up|down|status`."""
    app.add_typer(pbx, name="pbx")


SipPort = Annotated[int, typer.Option(help="UDP port of SIP.")]
AmiPort = Annotated[int, typer.Option(help="TCP port of the manager interface.")]
AnyPort = Annotated[
    int, typer.Option(hidden=True, help="Accepted as with `up`; the state folder says which.")
]
Rtp = Annotated[str, typer.Option(metavar="A-B", help="UDP ports of RTP.")]
Bind = Annotated[str, typer.Option(help="The only address to listen on.")]
Lease = Annotated[
    int, typer.Option(help="Seconds a silent server is borne before the fallback speaks.")
]
Secret = Annotated[
    str, typer.Option(envvar="THIRDRING_AGI_SECRET", help="Shared with the FastAGI server.")
]
Servers = Annotated[
    list[str] | None,
    typer.Option(
        metavar="HOST:PORT",
        help="FastAGI server; repeat it for more, tried in this order. [127.0.0.1:4573]",
    ),
]
Networks = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NETWORK",
        help="Network that may call without an account; repeat it for more. [127.0.0.0/8]",
    ),
]

Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Settings (TOML) of `serve`; its agents and destinations go in."
    ),
]


@pbx.command()
def up(
    state: StateOption = DEFAULT_STATE,
    sip_port: SipPort = 5160,
    ami_port: AmiPort = 5138,
    agi: Servers = None,
    rtp: Rtp = "20000-20400",
    bind: Bind = "127.0.0.1",
    secret: Secret = "",
    lease: Lease = 10,
    callers_from: Networks = None,
    config: Config = None,
) -> None:
    """Start Asterisk and wait until it takes calls; harmless when it runs already."""
    from launch.pbx.options import DEFAULT_AGI, PbxOptions, parse_range
    from launch.settings.site import load_settings

    settings = load_settings(config)
    _start(
        PbxOptions(
            state=state.resolve(),
            bind=bind,
            sip_port=sip_port,
            ami_port=ami_port,
            rtp=parse_range(rtp),
            agi=tuple(agi or (DEFAULT_AGI,)),
            secret=secret,
            lease_s=lease,
            callers_from=tuple(callers_from or ("127.0.0.0/8",)),
            destinations={name: one.dial for name, one in settings.destinations.items()},
            agents={number: each.queues for number, each in settings.agents.items()},
            nailed_up=frozenset(n for n, each in settings.agents.items() if each.nailed_up),
            ring_s=round(settings.ring.cycle_s * settings.ring.most),
        )
    )


def _start(options: PbxOptions) -> None:
    from rich.console import Console

    from launch.pbx.process import up as start

    console = Console(stderr=True, highlight=False, markup=False)
    with console.status("Asterisk") as spinner:

        def progress(text: str) -> None:
            spinner.update(text)
            if not console.is_terminal:
                console.print(text)

        started = start(options, progress)
    key = "pbx_up" if started else "pbx_was_up"
    typer.echo(reply(key, bind=options.bind, sip=options.sip_port, ami=options.ami_port))
    secrets, log = options.folder / "secrets.json", options.folder / "log"
    typer.echo(reply("pbx_files", secrets=secrets, log=log))


@pbx.command()
def down(state: StateOption = DEFAULT_STATE, sip_port: AnyPort = 0, ami_port: AnyPort = 0) -> None:
    """Stop the Asterisk of this state folder, live calls and all."""
    from launch.pbx.process import down as stop

    typer.echo(reply("pbx_down" if stop(state.resolve()) else "pbx_was_down"))


@pbx.command()
def status(
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
    sip_port: AnyPort = 0,
    ami_port: AnyPort = 0,
) -> None:
    """Show whether Asterisk runs here, where it listens and how many channels it has."""
    from launch.pbx.process import status as look

    found = look(Path(state).resolve())
    if as_json:
        print_json(found)
        return
    if not found["running"]:
        typer.echo(reply("pbx_none", state=state))
        return
    for name, value in found.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        typer.echo(f"{name:10} {shown}")
