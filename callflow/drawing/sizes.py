"""How large each box is, and what text it holds once wrapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callflow.drawing.picture import Box, Note, Shape, Tone
from callflow.drawing.text import width, wrap

TEXT: Final = 12.0
"""Pixels of the ordinary font size; titles and small print are a step off."""

TITLE: Final = 13.0
SMALL: Final = 10.5
LEADING: Final = 1.36
PADDING: Final = 8.0
_SIDES: Final = {Shape.CHOICE: 18.0, Shape.RETURN: 14.0, Shape.SUBFLOW: 12.0}
_MOST_WIDE: Final = 240.0
_MOST_ROWS: Final = {Tone.WORDING: 2, Tone.ACT: 2, Tone.HINT: 1, Tone.MARK: 1}
NOTE_WIDE: Final = 236.0


@dataclass(frozen=True, slots=True)
class SetRow:
    """One row of text as it will stand."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class SetBox:
    """A box with its text wrapped and its size known, in pixels."""

    box: Box
    title: str
    rows: tuple[SetRow, ...]
    width: float
    height: float


def font_size(tone: Tone) -> float:
    """Pixels of a row's font."""
    return SMALL if tone in (Tone.HINT, Tone.MARK) else TEXT


def set_box(box: Box) -> SetBox:
    """Wrap a box's text and measure it."""
    title = wrap(box.title, _MOST_WIDE, TITLE, 1)[0]
    rows = [
        SetRow(text, row.tone)
        for row in box.rows
        for text in wrap(row.text, _MOST_WIDE, font_size(row.tone), _MOST_ROWS[row.tone])
    ]
    if box.tags:
        marks = " · ".join(box.tags)
        rows += [SetRow(text, Tone.MARK) for text in wrap(marks, _MOST_WIDE, SMALL, 2)]
    widest = max([width(title, TITLE) + 4, *(width(row.text, font_size(row.tone)) for row in rows)])
    height = TITLE * LEADING + sum(font_size(row.tone) * LEADING for row in rows)
    sides = 2 * (PADDING + _SIDES.get(box.shape, 2.0))
    return SetBox(box, title, tuple(rows), max(widest, 44.0) + sides, height + 2 * PADDING - 2)


def label_rows(text: str) -> list[str]:
    """An arrow's label in at most two rows."""
    return wrap(text, 150.0, SMALL, 2) if text else []


def label_size(rows: Sequence[str]) -> tuple[float, float]:
    """Width and height of a label; an unlabelled arrow takes next to nothing."""
    if not rows:
        return 6.0, 0.0
    return max(width(row, SMALL) for row in rows) + 8.0, len(rows) * SMALL * LEADING


def set_note(note: Note) -> list[str]:
    """The rows of a note, wrapped; those that go on are indented."""
    found = []
    for row in note.rows:
        first, *rest = wrap(row, NOTE_WIDE - 2 * PADDING, SMALL, 4) or [""]
        found += [first, *("\u2003" + more for more in rest)]
    return found
