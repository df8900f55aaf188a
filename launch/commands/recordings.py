"""`thirdring recordings`: what was recorded, hear it, check it against the ledger."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calls.errors import RecordingError
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.recordings import erase_commands, key_commands
from launch.telling.list_texts import text
from launch.telling.proof_texts import detail_text, found_word
from launch.telling.tables import cell, head, print_table
from launch.telling.wording import in_line

if TYPE_CHECKING:
    from recorder.catalog import Recording
    from recorder.store import Store
    from recorder.verify import Checked

group = typer.Typer(no_args_is_help=True, help="List, play, verify, export and erase recordings.")
erase_commands.add_to(group)
group.add_typer(key_commands.keys, name="keys")

_PLAYERS = (
    ("aplay", "-q"),
    ("paplay",),
    ("play", "-q"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)


class Leg(StrEnum):
    """Which side of a recording."""

    CALLER = "caller"
    HOUSE = "house"
    BOTH = "both"


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="recordings")


@group.command("list")
def list_(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """List recordings, oldest first, with their length and state; --json tells where they are."""
    rows = [_row(recording, state) for recording in _recordings(state)]
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo(text("no_recordings"))
        return
    from rich.table import Column, Table

    names = ("started", "length", "state")
    table = Table(Column(head("recording"), no_wrap=True), *map(head, names))
    for row in rows:
        lasted = row["duration_ms"]
        table.add_row(
            row["recording"],
            f"{row['started_at']:%Y-%m-%d %H:%M}",
            "" if lasted is None else cell("seconds", seconds=f"{lasted / 1000:.1f}"),
            (row["state"] != "erased" and detail_text(row["problem"])) or cell(row["state"]),
        )
    print_table(table)


@group.command()
def play(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="Recording id, or the call's.")],
    leg: Annotated[Leg, typer.Option(help="caller is left, house is right.")] = Leg.BOTH,
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Play a call, or one recording; without a player here, say where it is.

    A call that was paused has several recordings: they are heard in their places, with silence
    for the pauses.
    """
    from launch.looks import looked
    from recorder.finding import parts_of
    from recorder.store import SEALED, Store

    recording, *more = parts_of(_recordings(state), wanted)
    if more:
        _play_call(Store(state), [recording, *more], leg)
        return
    if recording.erased or recording.kept is None or not recording.kept.file:
        raise RecordingError(f"{recording.id}: {_why_no_file(recording)}")
    store, file = Store(state), recording.kept.file
    path = store.path(file)
    if not path.is_file():
        raise RecordingError(
            f"{recording.id}: {path} is gone; `thirdring recordings verify` lists what else is"
        )
    player = next((one for one in _PLAYERS if shutil.which(one[0])), None)
    if player is None:
        sealed = text("opens_it", id=recording.id) if file.endswith(SEALED) else ""
        typer.echo(text("no_player", place=path) + sealed)
        return
    looked(state, "played", f"recording/{recording.id}")
    with tempfile.TemporaryDirectory() as folder:
        heard = Path(folder) / f"{leg.value}.wav"
        _in_the_clear(store, file, leg, heard)
        _play(player, heard, path)


@group.command()
def export(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="Recording id, or the call's.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE.wav", help="Where it is written.")],
    leg: Annotated[Leg, typer.Option(help="caller is left, house is right.")] = Leg.BOTH,
    salvage: Annotated[
        bool, typer.Option(help="Write what can be read, with silence for what cannot.")
    ] = False,
    why: Annotated[str, typer.Option("--why", help="What for; the log of looks keeps it.")] = "",
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Write a recording as an open wav file; the log of looks keeps that you did."""
    from launch.looks import looked
    from recorder.disk import private
    from recorder.finding import pick
    from recorder.salvaging import salvage as rescue
    from recorder.store import Store

    recording = pick(_recordings(state), wanted)
    if recording.erased or recording.kept is None or not recording.kept.file:
        raise RecordingError(f"{recording.id}: {_why_no_file(recording)}")
    store, file = Store(state), recording.kept.file
    if not salvage:
        looked(state, "exported", f"recording/{recording.id}", f"as wav, leg {leg.value}", why)
        _in_the_clear(store, file, leg, to)
        seconds = f"{recording.kept.duration_ms / 1000:.1f}"
        typer.echo(text("written_open", file=to, seconds=seconds))
        return
    looked(state, "exported", f"recording/{recording.id}", "as wav, what can be read", why)
    with private(to) as out:
        lost = rescue(store, file, out)
    for from_ms, to_ms in lost:
        start, end = f"{from_ms / 1000:.1f}", f"{to_ms / 1000:.1f}"
        typer.echo(text("lost", id=recording.id, start=start, end=end))
    typer.echo(text("silence_stands" if lost else "all_of_it", file=to))


@group.command()
def verify(
    wanted: Annotated[
        str, typer.Argument(metavar="ID", help="One recording; all when left out.")
    ] = "",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Check that every recording is there, whole and unchanged; exit 1 when one is not."""
    checked = _verify(state, wanted, quiet=as_json)
    bad = [one for one in checked if not one.good]
    if as_json:
        print_json([_verdict(one) for one in checked])
    elif not checked:
        typer.echo(text("no_recordings"))
    else:
        for one in bad:
            for finding, detail in one.findings:
                typer.echo(
                    in_line(one.recording or one.file, found_word(finding), detail_text(detail))
                )
        typer.echo(text("checked", count=len(checked), bad=len(bad)))
    if bad:
        raise typer.Exit(1)


def _recordings(state: Path) -> list[Recording]:
    """All recordings of the ledger; none when there is no ledger yet."""
    from ledger.opening import LedgerMissingError
    from ledger.reader import LedgerReader
    from recorder.source import LedgerSource

    try:
        with LedgerReader(state / "ledger.sqlite") as reader:
            return list(LedgerSource(reader).known()[0])
    except LedgerMissingError:
        return []


def _verify(state: Path, wanted: str, *, quiet: bool) -> list[Checked]:
    from launch.telling.progress import with_bar
    from recorder.finding import pick
    from recorder.store import Store
    from recorder.verify import check, orphans, owners

    store = Store(state)
    recordings: Sequence[Recording] = _recordings(state)
    others = owners(recordings)
    if wanted:
        return [check(store, pick(recordings, wanted), others)]
    shown = with_bar(recordings, text("verifying"), quiet=quiet)
    checked = [check(store, recording, others) for recording in shown]
    return checked + list(orphans(store, recordings))


def _row(recording: Recording, state: Path) -> dict[str, Any]:
    kept = recording.kept
    condition = "recording" if not recording.over else "waiting for intake"
    if kept is not None:
        condition = "kept" if kept.file else "missing"
    if recording.erased is not None:
        condition = "erased"
    return {
        "recording": recording.id,
        "call": recording.call_id,
        "started_at": recording.started_at,
        "state": condition,
        "duration_ms": kept.duration_ms if kept else None,
        "call_ms": recording.call_ms,
        "bytes": kept.bytes if kept else None,
        "sha256": kept.sha256 if kept else "",
        "problem": kept.problem if kept else "",
        "key": kept.key if kept else "",
        "file": str(state / kept.file) if kept and kept.file else "",
    }


def _verdict(one: Checked) -> dict[str, Any]:
    return {
        "recording": one.recording,
        "call": one.call_id,
        "file": one.file,
        "good": one.good,
        "findings": [{"finding": kind.value, "detail": detail} for kind, detail in one.findings],
    }


def _why_no_file(recording: Recording) -> str:
    if recording.erased is not None:
        return "it was erased, nobody can hear it again; the ledger keeps the call"
    if recording.kept is not None:
        return recording.kept.problem
    if recording.over:
        return "not taken in yet; it is while `thirdring serve` runs"
    return "the call is still on; play it afterwards"


def _in_the_clear(store: Store, file: str, leg: Leg, to: Path) -> None:
    """Write a kept recording, or one leg of it, as an open wav file."""
    from recorder.disk import private
    from recorder.wav import look_in, write_leg_of

    with store.open(file) as sound, private(to) as out:
        if leg is Leg.BOTH:
            shutil.copyfileobj(sound, out)
        else:
            stereo = look_in(sound, store.path(file))
            write_leg_of(sound, stereo, int(leg is Leg.HOUSE), out)


def _play_call(store: Store, recordings: Sequence[Recording], leg: Leg) -> None:
    """Play all parts of a call from the first one on."""
    from launch.looks import looked
    from recorder.disk import private
    from recorder.timeline import open_call_sound, write_sound

    player = next((one for one in _PLAYERS if shutil.which(one[0])), None)
    with open_call_sound(store, recordings) as sound, tempfile.TemporaryDirectory() as folder:
        for gap in sound.gaps[1:]:
            start, end = _clock(gap.from_ms), _clock(gap.to_ms)
            typer.echo(text("no_sound", start=start, end=end, reason=gap.reason))
        if player is None:
            parts = ", ".join(str(store.path(part.file)) for part in sound.parts)
            typer.echo(text("no_player_parts", places=parts))
            typer.echo(text("elsewhere"))
            return
        looked(store.state, "played", f"call/{recordings[0].call_id}")
        heard = Path(folder) / f"{leg.value}.wav"
        with private(heard) as out:
            write_sound(sound, out, None if leg is Leg.BOTH else int(leg is Leg.HOUSE))
        _play(player, heard, store.recordings)


def _clock(offset_ms: int) -> str:
    return f"{offset_ms // 60_000}:{offset_ms // 1000 % 60:02}"


def _play(player: tuple[str, ...], sound: Path, original: Path) -> None:
    typer.echo(text("playing", file=original, player=player[0]))
    done = subprocess.run([*player, str(sound)], check=False, stderr=subprocess.PIPE)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise RecordingError(
            f"{original}: {player[0]} could not play it ({lines[0]}); {text('elsewhere')}"
        )
