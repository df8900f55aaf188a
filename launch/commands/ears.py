"""`thirdring ears`: what the ears hear in a recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from launch.options import JsonOption, print_json
from launch.telling.list_texts import text
from launch.telling.tables import cell, head

if TYPE_CHECKING:
    from agi.ears.recording import RecordingHeard


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ears")(ears)


def ears(
    recording: Annotated[
        Path, typer.Argument(metavar="FILE.wav", help="A caller's side, any WAV format.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Classify a recording as a live line would be: speech, silence, noise or faint."""
    from agi.ears.recording import hear_recordings
    from agi.ears.vad import SileroVad
    from agi.ears.wav import read_wav

    heard = hear_recordings(SileroVad(), [read_wav(recording)])[0]
    if as_json:
        print_json(as_dictionary(heard))
    else:
        _show(recording, heard)


def as_dictionary(heard: RecordingHeard) -> dict[str, Any]:
    """What `--json` prints; times in ms from the start, `since_ms` where the sound began."""
    return {
        "final": heard.final.value,
        "decisions": [
            {
                "at_ms": decision.at_ms,
                "label": decision.what.value,
                "since_ms": decision.since_ms,
                "level_dbov": round(decision.verdict.level_dbov, 1),
                "reason": decision.verdict.reason,
            }
            for decision in heard.decisions
        ],
        "speech_starts_ms": list(heard.speech_starts_ms),
        "duration_ms": heard.duration_ms,
        "level_dbov": heard.level_dbov,
        "reason": heard.reason,
    }


def _show(recording: Path, heard: RecordingHeard) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*map(head, ("at", "heard", "since", "why")), title=Text(recording.name))
    for decision in heard.decisions:
        table.add_row(
            _seconds(decision.at_ms),
            cell(decision.what),
            _seconds(decision.since_ms),
            decision.verdict.reason,
        )
    console = Console()
    console.print(table)
    if not heard.decisions:
        console.print(text("nothing_declared"))
    starts = ", ".join(map(_seconds, heard.speech_starts_ms)) or text("no_speech")
    console.print(text("speech_began", times=starts))
    seconds, what = f"{heard.duration_ms / 1000:.2f}", cell(heard.final)
    console.print(text("at_the_end", seconds=seconds, what=what, why=heard.reason))


def _seconds(ms: int) -> str:
    return cell("seconds", seconds=f"{ms / 1000:.2f}")
