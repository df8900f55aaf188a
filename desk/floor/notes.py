"""The notes that shifts leave each other (O01), from the floor's facts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from calls.floor.events import FloorEvent
from calls.floor.view import NoteView
from calls.masking import plain

MOST_NOTES: Final = 20
NOTE_CELLS: Final = 2000


class ShiftNotes:
    """The latest ones of all agents."""

    def __init__(self, history: Iterable[FloorEvent] = ()) -> None:
        self._notes: deque[NoteView] = deque(maxlen=MOST_NOTES)
        for event in history:
            self.take(event)

    def take(self, event: FloorEvent) -> None:
        """A fact of the floor; those that are no note are passed over."""
        if event.kind != "shift_note":
            return
        text = plain(str(event.data.get("text", "")), most_cells=NOTE_CELLS)
        at = event.at.isoformat(timespec="seconds")
        self._notes.append(NoteView(by=event.agent, at=at, text=text))

    def latest(self) -> Sequence[NoteView]:
        """The latest first."""
        return tuple(reversed(self._notes))
