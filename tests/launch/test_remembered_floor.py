"""What a desk that starts anew knows of the days before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from calls.floor.events import FloorEvent
from launch.serving.agents_desk import remembered
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def note(days: float) -> FloorEvent:
    return FloorEvent("801", NOW - timedelta(days=days), "shift_note", {"text": f"{days}"})


def test_notes_go_back_a_month_and_everything_else_a_day(tmp_path: Path) -> None:
    kept = [note(days) for days in (40, 29, 3, 0.5)]
    help_asked = [
        FloorEvent("801", NOW - timedelta(days=days), "help_asked", {"text": ""})
        for days in (3, 0.5)
    ]
    writer = LedgerWriter(tmp_path / "ledger.sqlite")
    for event in sorted([*kept, *help_asked], key=lambda one: one.at):
        writer.append_floor(event)
    writer.close()

    with LedgerReader(tmp_path / "ledger.sqlite") as reader:
        history, notes = remembered(reader, NOW)

    assert [each.data["text"] for each in notes] == ["29", "3"]
    assert [each.kind for each in history] == ["shift_note", "help_asked"]
