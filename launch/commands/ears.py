"""`thirdring ears`: what the ears hear in a recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from launch.options import JsonOption, print_json

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

    table = Table("at", "heard", "since", "why", title=Text(recording.name))
    for decision in heard.decisions:
        table.add_row(
            f"{decision.at_ms / 1000:.2f} s",
            decision.what.value,
            f"{decision.since_ms / 1000:.2f} s",
            decision.verdict.reason,
        )
    console = Console()
    console.print(table)
    if not heard.decisions:
        console.print(
            "Nothing was declared: a label must hold 0.1 to 3 s; give a longer recording."
        )
    starts = ", ".join(f"{at / 1000:.2f} s" for at in heard.speech_starts_ms) or "none"
    console.print(f"Speech began at: {starts}")
    console.print(
        f"At the end ({heard.duration_ms / 1000:.2f} s): {heard.final.value}; {heard.reason}"
    )
