"""`thirdring export`: what leaves the house, each time written into the log of looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import RecordingError
from launch.options import DEFAULT_STATE, StateOption
from launch.telling.reply_texts import reply

group = typer.Typer(no_args_is_help=True, help="Export one caller's data, or a call as a vCon.")

WhyOption = Annotated[
    str, typer.Option("--why", help="Who asked for it, and on what ground; it is logged.")
]

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings with [house] and [office]."),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="export")


@group.command()
def person(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The caller's number.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE.zip", help="Where it is written.")],
    why: WhyOption,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
) -> None:
    """Write everything the house keeps of one caller: calls, facts, recordings, scores, remarks.

    The recordings in it are open: hand the file over by a safe way, then delete it.
    """
    from calls.masking import mask
    from casework.phone_numbers import NumberPlan
    from launch.exporting.person import Person
    from launch.looks import looked
    from launch.settings.site import load_settings
    from launch.telling.progress import with_bar

    settings = load_settings(config)
    plan = NumberPlan(settings.office.country, settings.office.trunk)
    names = [agent.name for agent in settings.agents.values()]
    one = Person(state, number, plan, names)
    if not one.calls:
        typer.echo(reply("no_call_from", number=number))
        raise typer.Exit(1)
    looked(state, "exported", f"person/{mask(number)}", f"{len(one.calls)} calls to {to.name}", why)
    for call in one.calls:
        looked(state, "exported", f"call/{call.id}", "with all of the caller's data", why)
    manifest = one.write(to, with_bar(one.calls, reply("exporting")))
    sounds = sum(name.startswith("recordings/") for name in manifest.files)
    calls, files = manifest.calls, len(manifest.files)
    typer.echo(reply("exported", file=to, calls=calls, sounds=sounds, files=files))
    for name, reason in manifest.missing.items():
        typer.echo(reply("not_in_it", name=name, why=reason))


@group.command()
def vcon(
    call: Annotated[str, typer.Argument(metavar="CALL", help="Id, or how it alone begins.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE.vcon", help="Where it is written.")],
    why: WhyOption,
    open_: Annotated[
        bool, typer.Option("--unmasked", help="With the caller's number, name and words.")
    ] = False,
    url: Annotated[
        str,
        typer.Option(
            "--external",
            metavar="https://...",
            help="Write the recordings beside it; it names them below this address by hash.",
        ),
    ] = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
) -> None:
    """Write a call as a vCon (draft-ietf-vcon-vcon-core): parties, sound, facts, verdicts.

    The caller is anonymous in it unless --unmasked; the sound is what it is.
    """
    from launch.exporting.one_call import call_vcon, sounds_of
    from launch.looks import looked
    from launch.settings.site import load_settings
    from ledger.opening import LEDGER_FILE
    from ledger.reader import LedgerReader
    from recorder.disk import write_whole

    if url and not url.startswith("https://"):
        raise RecordingError(f"{url}: the draft wants an https:// address")
    with LedgerReader(state / LEDGER_FILE) as reader:
        found = reader.call(call)
        detail = f"as vCon, {'unmasked' if open_ else 'masked'}"
        looked(state, "exported", f"call/{found.id}", detail, why)
        sounds = sounds_of(state, reader, found, url)
        told = call_vcon(reader, found, sounds, load_settings(config).house, masked=not open_)
    for sound in sounds if url else ():
        write_whole(to.resolve().parent / f"{sound.recording.id}.wav", sound.wav)
    write_whole(to.resolve(), (json.dumps(told, ensure_ascii=False) + "\n").encode())
    key = "vcon_beside" if url else "vcon_within"
    typer.echo(reply(key, file=to, call=found.id, count=len(sounds)))
