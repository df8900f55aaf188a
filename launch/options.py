"""Options every command shares, written once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.events import CallEvent

StateOption = Annotated[
    Path,
    typer.Option(
        "--state",
        metavar="DIR",
        envvar="THIRDRING_STATE",
        help="Folder that keeps everything of a run: ledger, recordings, prompts.",
        show_default=True,
    ),
]
DEFAULT_STATE = Path("var")
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def event_json(event: CallEvent) -> dict[str, Any]:
    """A fact as JSON-ready values, without the time of day."""
    return {
        "seq": event.seq,
        "offset_ms": event.offset_ms,
        "kind": event.kind,
        "data": dict(event.data),
    }


def print_json(value: Any) -> None:
    """Print `value` as readable UTF-8 JSON on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
